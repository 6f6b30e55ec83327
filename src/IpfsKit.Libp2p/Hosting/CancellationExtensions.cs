using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Cancelling tokens that strangers' code has registered callbacks with.</summary>
internal static partial class CancellationExtensions
{
    /// <summary>Cancels. What callbacks throw is logged, and stops neither the other callbacks nor whoever cancels.</summary>
    public static async Task CancelAsync(this CancellationTokenSource source, ILogger logger)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            LogCallbackFailed(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A callback that was registered with a token failed.")]
    private static partial void LogCallbackFailed(ILogger logger, Exception exception);
}
