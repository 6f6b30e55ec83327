using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Server;

/// <summary>Who is served: the lists of the options, then the policy. Thread-safe.</summary>
internal sealed class ServeRules
{
    private readonly HashSet<PeerId> _allowed;
    private readonly HashSet<PeerId> _denied;
    private readonly IServePolicy? _policy;

    public ServeRules(BitswapServerOptions options, IServePolicy? policy)
    {
        _allowed = [.. options.AllowPeers.Select(PeerId.Parse)];
        _denied = [.. options.DenyPeers.Select(PeerId.Parse)];
        _policy = policy;
    }

    /// <summary>Whether a peer may have a block.</summary>
    public bool IsAllowed(PeerId peer, in Cid cid) =>
        !_denied.Contains(peer) && (_allowed.Count == 0 || _allowed.Contains(peer)) && (_policy is null || _policy.IsAllowed(peer, cid));

    /// <summary>Before whom it is served.</summary>
    public ServiceClass Classify(PeerId peer, in Cid cid) => _policy?.Classify(peer, cid) switch
    {
        ServiceClass.Cluster => ServiceClass.Cluster,
        ServiceClass.Pinned => ServiceClass.Pinned,
        _ => ServiceClass.Everyone,
    };
}
