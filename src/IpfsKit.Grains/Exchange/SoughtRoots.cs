using System.Collections.Concurrent;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>The registered roots that requests are after at the moment: only their content grains may be asked who has them. As many as there are sessions.</summary>
internal sealed class SoughtRoots
{
    private readonly ConcurrentDictionary<Cid, int> _requests = new();

    /// <summary>A request is after a root until <see cref="Remove"/>.</summary>
    public void Add(Cid root) => _requests.AddOrUpdate(root.ToV1(), 1, static (_, count) => count + 1);

    /// <summary>A request has ended.</summary>
    public void Remove(Cid root)
    {
        var key = root.ToV1();
        if (_requests.AddOrUpdate(key, 0, static (_, count) => count - 1) <= 0)
            _requests.TryRemove(KeyValuePair.Create(key, 0));
    }

    /// <summary>Whether a request is after a root.</summary>
    public bool Contains(Cid cid) => _requests.TryGetValue(cid.ToV1(), out var count) && count > 0;
}
