using System.Collections.Concurrent;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Replication;

/// <summary>Since when holders are gone, as far as this silo knows: at the earliest since it started itself. Bounded by forgetting those that came back.</summary>
internal sealed class Absences(ClusterNodes nodes, TimeProvider time)
{
    /// <summary>The most silos that are remembered; others count as gone only just now.</summary>
    public const int MaxNodes = 4096;

    private readonly ConcurrentDictionary<PeerId, DateTimeOffset> _since = new();
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private volatile bool _isSettled;

    /// <summary>For how long a silo that is not active has been gone.</summary>
    public TimeSpan Of(PeerId node)
    {
        var now = time.GetUtcNow();
        if (_since.TryGetValue(node, out var since))
            return now - since;
        // Who was gone before this silo looked for the first time has been gone at least since it started.
        since = _isSettled ? now : _started;
        if (_since.Count < MaxNodes)
            _since.TryAdd(node, since);
        return now - since;
    }

    /// <summary>Looks who is here. Those that were and are not any more are gone from now on.</summary>
    /// <param name="before">Who was here the last time.</param>
    /// <returns>Who is here, and whether somebody went.</returns>
    public (IReadOnlySet<PeerId> Present, bool HasSomebodyGone) Look(IReadOnlySet<PeerId> before)
    {
        var present = nodes.List().Select(node => node.Node).ToHashSet();
        foreach (var node in present)
            _since.TryRemove(node, out _);
        var gone = before.Where(node => !present.Contains(node)).ToList();
        foreach (var node in gone)
            Of(node);
        _isSettled = true;
        return (present, gone.Count > 0);
    }
}
