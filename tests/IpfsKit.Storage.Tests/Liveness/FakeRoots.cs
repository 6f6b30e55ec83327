using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using IpfsKit.Storage.Liveness;

namespace IpfsKit.Storage.Tests.Liveness;

/// <summary>Roots in memory.</summary>
internal sealed class FakeRoots : IRootSource
{
    private readonly Dictionary<Cid, bool> _roots = [];

    public void Add(Cid cid, bool wholeDag = true)
    {
        lock (_roots)
            _roots[cid] = wholeDag;
    }

    public void Remove(Cid cid)
    {
        lock (_roots)
            _roots.Remove(cid);
    }

    public async IAsyncEnumerable<LiveRoot> EnumerateLiveRootsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Until nothing new turns up: what the contract asks for.
        var seen = new HashSet<Cid>();
        while (true)
        {
            LiveRoot[] next;
            lock (_roots)
                next = [.. _roots.Where(root => !seen.Contains(root.Key)).Take(3).Select(root => new LiveRoot(root.Key, root.Value))];
            if (next.Length == 0)
                yield break;
            foreach (var root in next)
            {
                seen.Add(root.Cid);
                yield return root;
                await Task.Yield();
            }
        }
    }
}
