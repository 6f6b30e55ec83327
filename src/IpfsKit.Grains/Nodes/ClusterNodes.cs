using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using IpfsKit.Multiformats;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace IpfsKit.Grains.Nodes;

/// <summary>The nodes of the cluster as this silo sees them: the active silos, by what they say of themselves in their metadata.</summary>
/// <remarks>Soft state. A silo whose metadata has not arrived yet is missing here; the silo's own node never is.</remarks>
internal sealed class ClusterNodes(IClusterMembershipService membership, ISiloMetadataCache metadata, ILocalSiloDetails local, NodeProfile own)
{
    private readonly ConcurrentDictionary<SiloAddress, NodeInfo> _known = new();

    /// <summary>The active nodes, this silo's own first.</summary>
    public IReadOnlyList<NodeInfo> List()
    {
        var nodes = new List<NodeInfo> { own.ToInfo() };
        foreach (var (silo, node) in Others())
        {
            if (node is not null)
                nodes.Add(node);
        }

        return nodes;
    }

    /// <summary>The node of that name, if it is active.</summary>
    public bool TryGet(PeerId peer, [NotNullWhen(true)] out NodeInfo? node)
    {
        node = peer == own.PeerId ? own.ToInfo() : Others().FirstOrDefault(other => other.Node?.Node == peer).Node;
        return node is not null;
    }

    /// <summary>Where the node of that name runs, if it is active.</summary>
    public bool TryGetSilo(PeerId peer, [NotNullWhen(true)] out SiloAddress? silo)
    {
        silo = peer == own.PeerId ? local.SiloAddress : Others().FirstOrDefault(other => other.Node?.Node == peer).Silo;
        return silo is not null;
    }

    /// <summary>The active silos other than this one that say that they are a node. More than one, or one that is this silo's own, is a fault (<see cref="Hosting.SoleHolder"/>).</summary>
    public IEnumerable<SiloAddress> FindSilos(PeerId peer) => Others().Where(other => other.Node?.Node == peer).Select(other => other.Silo);

    /// <summary>The node of a silo; false if the silo has none or has not said so yet.</summary>
    public bool TryGetNode(SiloAddress silo, [NotNullWhen(true)] out NodeInfo? node)
    {
        node = silo.Equals(local.SiloAddress) ? own.ToInfo() : Find(silo);
        return node is not null;
    }

    private IEnumerable<(SiloAddress Silo, NodeInfo? Node)> Others()
    {
        var members = membership.CurrentSnapshot.Members;
        // A silo address is never used again after its silo is gone.
        foreach (var gone in _known.Keys)
        {
            if (!members.ContainsKey(gone))
                _known.TryRemove(gone, out _);
        }

        foreach (var (silo, member) in members)
        {
            if (member.Status == SiloStatus.Active && !silo.Equals(local.SiloAddress))
                yield return (silo, Find(silo));
        }
    }

    private NodeInfo? Find(SiloAddress silo)
    {
        if (_known.TryGetValue(silo, out var known))
            return known;
        // What a silo says of itself does not change while it runs, so that an answer is kept; no answer is asked for again.
        return NodeMetadata.TryRead(metadata.GetSiloMetadata(silo).Metadata, out var node) ? _known[silo] = node : null;
    }
}
