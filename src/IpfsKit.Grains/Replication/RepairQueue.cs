using System.Collections.Concurrent;
using System.Threading.Channels;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Replication;

/// <summary>Blocks of this silo that are to be fetched again, each once. Thread-safe; nobody who finds damage waits for it.</summary>
internal sealed class RepairQueue
{
    /// <summary>The most blocks that wait. Those above are found again by the next collection, which looks for whatever a root lacks.</summary>
    public const int MaxBlocks = 10_000;

    private readonly Channel<Cid> _blocks = Channel.CreateBounded<Cid>(new BoundedChannelOptions(MaxBlocks) { FullMode = BoundedChannelFullMode.Wait });
    private readonly ConcurrentDictionary<Multihash, byte> _known = new();

    /// <summary>How many wait or are under way.</summary>
    public int Count => _known.Count;

    /// <summary>Asks for a block; false if there is no room.</summary>
    public bool TryAdd(Cid cid)
    {
        if (!_known.TryAdd(cid.Hash, 0))
            return true;
        if (_blocks.Writer.TryWrite(cid))
            return true;
        _known.TryRemove(cid.Hash, out _);
        return false;
    }

    /// <summary>Whether a block waits or is under way.</summary>
    public bool Contains(in Multihash hash) => _known.ContainsKey(hash);

    /// <summary>The blocks as they come.</summary>
    public IAsyncEnumerable<Cid> ReadAllAsync(CancellationToken cancellationToken) => _blocks.Reader.ReadAllAsync(cancellationToken);

    /// <summary>A block has been seen to; it may be asked for again.</summary>
    public void Complete(Cid cid) => _known.TryRemove(cid.Hash, out _);
}
