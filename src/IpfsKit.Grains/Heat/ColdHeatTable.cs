using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Heat;

/// <summary>The heat of roots that are read too seldom to be reported each second, or could not be reported: it waits here for the sweep.</summary>
/// <remarks>Bounded. When it is full, a root that is not in it yet loses its touch; merging what is in it goes on. All members may be called concurrently.</remarks>
internal sealed class ColdHeatTable(int capacity)
{
    private readonly Lock _lock = new();
    private Dictionary<Cid, RootHeat> _roots = [];

    /// <summary>The roots that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _roots.Count;
        }
    }

    /// <summary>Whether new roots are turned away.</summary>
    public bool IsFull => Count >= capacity;

    /// <summary>Adds heat; false if there was no room.</summary>
    public bool TryAdd(Cid root, in RootHeat heat)
    {
        lock (_lock)
        {
            if (_roots.TryGetValue(root, out var known))
                _roots[root] = known + heat;
            else if (_roots.Count >= capacity)
                return false;
            else
                _roots.Add(root, heat);
            return true;
        }
    }

    /// <summary>Takes everything out.</summary>
    public Dictionary<Cid, RootHeat> TakeAll()
    {
        lock (_lock)
        {
            var all = _roots;
            _roots = [];
            return all;
        }
    }
}
