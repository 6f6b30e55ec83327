using System.Collections.Concurrent;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Replication;

/// <summary>What the other silos say of their load; soft state.</summary>
internal sealed class NodeLoads
{
    private readonly ConcurrentDictionary<PeerId, NodeLoad> _loads = new();

    /// <summary>A silo has said how it is.</summary>
    public void Set(NodeLoad load) => _loads[load.Node] = load;

    /// <summary>What it said last, or null.</summary>
    public NodeLoad? Find(PeerId node) => _loads.GetValueOrDefault(node);

    /// <summary>Whether it said that it is leaving.</summary>
    public bool IsLeaving(PeerId node) => Find(node) is { IsLeaving: true };

    /// <summary>Forgets silos that are gone.</summary>
    public void Keep(IReadOnlySet<PeerId> nodes)
    {
        foreach (var node in _loads.Keys)
        {
            if (!nodes.Contains(node))
                _loads.TryRemove(node, out _);
        }
    }
}

/// <summary>The load of a silo.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.NodeLoad")]
internal sealed record NodeLoad
{
    /// <summary>Which.</summary>
    [Id(0)] public required PeerId Node { get; init; }

    /// <summary>The bytes that its store still takes.</summary>
    [Id(1)] public required long FreeBytes { get; init; }

    /// <summary>Whether it is being decommissioned.</summary>
    [Id(2)] public bool IsLeaving { get; init; }

    /// <summary>What it has been told to hold and does not yet.</summary>
    [Id(3)] public int Transfers { get; init; }
}
