using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Client;

/// <summary>An observer whose failures are logged and harm nobody: it is called where nobody could catch them.</summary>
internal sealed partial class GuardedObserver(IFetchObserver observer, ILogger logger) : IFetchObserver
{
    /// <inheritdoc/>
    public void Delivered(PeerId peer, int bytes, TimeSpan latency)
    {
        try
        {
            observer.Delivered(peer, bytes, latency);
        }
#pragma warning disable CA1031 // Others' code; the fetch goes on.
        catch (Exception e)
        {
            LogFailed(logger, e);
        }
#pragma warning restore CA1031
    }

    /// <inheritdoc/>
    public void Failed(PeerId peer, PeerFailure failure)
    {
        try
        {
            observer.Failed(peer, failure);
        }
#pragma warning disable CA1031 // Others' code; the fetch goes on.
        catch (Exception e)
        {
            LogFailed(logger, e);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An observer of fetches failed.")]
    internal static partial void LogFailed(ILogger logger, Exception exception);
}
