using System.Runtime.InteropServices;

namespace IpfsKit.Libp2p.Resources;

/// <summary>Scopes that several connections or streams share, such as those of a peer: made for the first that joins and forgotten when the last leaves, so that there are never more than connections and streams.</summary>
internal sealed class SharedScopes<TKey>(ScopeKind kind, Func<TKey, string> name, Func<TKey, ScopeLimits> limits)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Entry> _entries = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Joins the scope of a key. Each call is matched by one of <see cref="Leave"/>.</summary>
    public ResourceScope Join(TKey key)
    {
        lock (_lock)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out _);
            entry.Scope ??= new ResourceScope(kind, name(key), limits(key));
            entry.Members++;
            return entry.Scope;
        }
    }

    /// <summary>Leaves it.</summary>
    public void Leave(TKey key)
    {
        lock (_lock)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (--entry.Members == 0)
                _entries.Remove(key);
        }
    }

    /// <summary>What the scope of a key has now; nothing if nobody is in it.</summary>
    public ResourceUsage Usage(TKey key)
    {
        lock (_lock)
            return _entries.TryGetValue(key, out var entry) ? entry.Scope.Usage : default;
    }

    private struct Entry
    {
        public ResourceScope Scope;
        public int Members;
    }
}
