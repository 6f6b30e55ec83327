using System.Runtime.CompilerServices;
using IpfsKit.Bitswap;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Providers;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Exchange;

/// <summary>Finds peers outside of the cluster for registered roots: those that have delivered them before, as their content grains remember, in the order of what provider grains know of them.</summary>
/// <remarks>
/// Bitswap asks when nobody who is connected has what is missing, and not before, so that silos that have the content are enough. A peer that is backing off is left out, and so is not dialled. Content grains are asked only for
/// roots that a request of this silo is after and that are registered: no stranger's CID calls a grain to life. Grains answer from their state; none of them waits for a peer.
/// </remarks>
internal sealed partial class NodeProviderFinder(
    SoughtRoots sought, Siblings siblings, RetrievalCounters counters, IGrainFactory grains, TimeProvider time, IOptions<IpfsKitOptions> options, ILogger<NodeProviderFinder> logger) : IProviderFinder
{
    /// <summary>The most addresses of a peer that are tried: those where it was seen last and those of the root.</summary>
    public const int MaxAddresses = 2 * ProviderHints.MaxAddresses;

    /// <inheritdoc/>
    public async IAsyncEnumerable<PeerInfo> FindProvidersAsync(Cid cid, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!sought.Contains(cid) || await grains.GetContentHolder(cid).GetSourcesAsync(cancellationToken) is not { Providers.Count: > 0 } sources)
            yield break;
        foreach (var provider in await RankAsync(sources, cancellationToken))
        {
            counters.AddFound(1);
            yield return provider;
        }
    }

    /// <summary>The providers of a root that are worth asking, the best first.</summary>
    internal async Task<IReadOnlyList<PeerInfo>> RankAsync(ContentSources sources, CancellationToken cancellationToken)
    {
        var known = await Task.WhenAll(sources.Providers.Where(hint => !siblings.Contains(hint.Peer)).Select(async hint => (Hint: hint, Info: await AskAsync(hint.Peer, cancellationToken))));
        var now = time.GetUtcNow();
        return
        [
            .. known.Where(provider => !ProviderScore.IsBackingOff(provider.Info, now))
                .OrderBy(provider => ProviderScore.ExpectedSeconds(provider.Info, sources.DagBytes, options.Value.Exchange.ReadTimeout, now))
                .Select(provider => new PeerInfo(provider.Hint.Peer, [.. (provider.Info?.Addresses ?? []).Concat(provider.Hint.Addresses).Distinct().Take(MaxAddresses)])),
        ];
    }

    private async Task<ProviderInfo?> AskAsync(PeerId peer, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<IProviderGrain>(peer.ToString()).GetAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // It is asked as one of which nothing is known.
            LogUnknown(logger, peer, e);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "What is known of provider {PeerId} could not be read.")]
    private static partial void LogUnknown(ILogger logger, PeerId peerId, Exception exception);
}
