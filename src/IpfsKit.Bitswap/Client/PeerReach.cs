using IpfsKit.Bitswap.Network;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Client;

/// <summary>Connects to peers and asks others' code who they are. That either fails is no error of a session, which goes on with whom it has. Thread-safe.</summary>
/// <param name="network">Connects.</param>
/// <param name="logger">What is said.</param>
/// <param name="unreachable">Told of a peer that cannot be reached.</param>
internal sealed partial class PeerReach(IBitswapNetwork network, ILogger logger, Action<PeerId> unreachable)
{
    /// <summary>Connects to a peer; null if it cannot be reached, or has no bitswap.</summary>
    public async Task<BitswapPeer?> ConnectAsync(PeerInfo info, CancellationToken cancellationToken)
    {
        try
        {
            return await network.ConnectAsync(info, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is Libp2pException or TimeoutException)
        {
            LogUnreachable(logger, e, info.PeerId);
            unreachable(info.PeerId);
            return null;
        }
    }

    /// <summary>Searches for providers.</summary>
    /// <param name="finder">Searches.</param>
    /// <param name="cid">What they have.</param>
    /// <param name="most">How many are enough.</param>
    /// <param name="found">Told of each.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task FindAsync(IProviderFinder finder, Cid cid, int most, Action<PeerInfo> found, CancellationToken cancellationToken)
    {
        try
        {
            var count = 0;
            await foreach (var info in finder.FindProvidersAsync(cid, cancellationToken).ConfigureAwait(false))
            {
                found(info);
                if (++count == most)
                    break;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody needs the rest.
        }
#pragma warning disable CA1031 // Finders are others' code; one that fails has found nothing, and the session goes on with whom it has.
        catch (Exception e)
        {
            LogSearchFailed(logger, e, cid);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A provider could not be reached: {PeerId}.")]
    private static partial void LogUnreachable(ILogger logger, Exception exception, PeerId peerId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Searching for providers of {Cid} failed.")]
    private static partial void LogSearchFailed(ILogger logger, Exception exception, Cid cid);
}
