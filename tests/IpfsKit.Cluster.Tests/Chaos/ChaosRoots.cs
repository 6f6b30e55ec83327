using IpfsKit.Multiformats;

namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>What the load has to choose from. It judges nothing: that is the model's. Thread-safe.</summary>
internal sealed class ChaosRoots
{
    private readonly Lock _lock = new();
    private readonly List<(int Content, Cid Root)> _live = [];
    private readonly List<int> _failed = [];
    private readonly Dictionary<string, int> _contents = [];
    private int _last;

    public int Live
    {
        get
        {
            lock (_lock)
                return _live.Count;
        }
    }

    /// <summary>A content to add: a new one, or now and then one of which nobody knows whether it was added.</summary>
    public int Next(Random random)
    {
        lock (_lock)
        {
            if (_failed.Count == 0 || random.Next(3) > 0)
                return ++_last;
            var again = _failed[random.Next(_failed.Count)];
            _failed.Remove(again);
            return again;
        }
    }

    public void Added(int content, Cid root)
    {
        lock (_lock)
        {
            _contents[root.ToString()] = content;
            if (!_live.Contains((content, root)))
                _live.Add((content, root));
        }
    }

    public void Failed(int content)
    {
        lock (_lock)
            _failed.Add(content);
    }

    /// <summary>One that was acknowledged, or null while there is none.</summary>
    public (int Content, Cid Root)? Choose(Random random)
    {
        lock (_lock)
            return _live.Count == 0 ? null : _live[random.Next(_live.Count)];
    }

    /// <summary>One that nobody chooses any more.</summary>
    public (int Content, Cid Root)? Take(Random random)
    {
        lock (_lock)
        {
            if (_live.Count == 0)
                return null;
            var taken = _live[random.Next(_live.Count)];
            _live.Remove(taken);
            return taken;
        }
    }

    /// <summary>All that were acknowledged and that nobody has begun to remove.</summary>
    public IReadOnlyList<(int Content, Cid Root)> List()
    {
        lock (_lock)
            return [.. _live];
    }

    /// <summary>The content that has a root, as far as any add of it was acknowledged.</summary>
    public int? Find(string root)
    {
        lock (_lock)
            return _contents.TryGetValue(root, out var content) ? content : null;
    }
}
