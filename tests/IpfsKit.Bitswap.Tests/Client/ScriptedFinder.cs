using System.Runtime.CompilerServices;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Client;

/// <summary>Finds those whom the test names.</summary>
internal sealed class ScriptedFinder : IProviderFinder
{
    private readonly Lock _lock = new();
    private readonly List<Cid> _asked = [];

    public IReadOnlyList<PeerInfo> Found { get; set; } = [];

    /// <summary>Of which block providers are known; null for every block.</summary>
    public Cid? Only { get; set; }

    /// <summary>Whether a search never ends.</summary>
    public bool NeverEnds { get; set; }

    /// <summary>How many searches will not end by themselves.</summary>
    public int Waiting { get; private set; }

    public Exception? Failure { get; set; }

    public IReadOnlyList<Cid> Asked
    {
        get
        {
            lock (_lock)
                return [.. _asked];
        }
    }

    public async IAsyncEnumerable<PeerInfo> FindProvidersAsync(Cid cid, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        lock (_lock)
            _asked.Add(cid);
        await Task.Yield();
        if (Failure is { } failure)
            throw failure;
        if (Only is null || Only == cid)
        {
            foreach (var info in Found)
                yield return info;
        }

        if (!NeverEnds)
            yield break;
        Waiting++;
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
