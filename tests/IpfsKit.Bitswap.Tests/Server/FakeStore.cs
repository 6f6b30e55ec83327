using System.Collections.Concurrent;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Bitswap.Tests.Server;

/// <summary>A store that counts what it is asked, and can be held up and broken.</summary>
internal sealed class FakeStore : IBlockStore
{
    private readonly MemoryBlockStore _blocks = new(1L << 30);

    public ConcurrentDictionary<Multihash, Exception> Damaged { get; } = new();

    /// <summary>Awaited by each look for a size, after it has looked.</summary>
    public Func<Cid, Task>? AfterLook { get; set; }

    /// <summary>Awaited by each read, before it reads.</summary>
    public Func<Cid, Task>? BeforeRead { get; set; }

    public int Reads;

    public int Looks;

    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref Reads);
        if (BeforeRead is { } wait)
            await wait(cid).WaitAsync(cancellationToken);
        if (Damaged.TryGetValue(cid.Hash, out var exception))
            throw exception;
        return await _blocks.GetAsync(cid, cancellationToken);
    }

    public async ValueTask<int?> GetSizeAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref Looks);
        var size = await _blocks.GetSizeAsync(cid, cancellationToken);
        if (AfterLook is { } wait)
            await wait(cid).WaitAsync(cancellationToken);
        return size;
    }

    public ValueTask<bool> HasAsync(Cid cid, CancellationToken cancellationToken = default) => _blocks.HasAsync(cid, cancellationToken);

    public ValueTask PutAsync(Block block, CancellationToken cancellationToken = default) => _blocks.PutAsync(block, cancellationToken);

    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default) => _blocks.PutManyAsync(blocks, cancellationToken);

    public ValueTask<bool> DeleteAsync(Cid cid, CancellationToken cancellationToken = default) => _blocks.DeleteAsync(cid, cancellationToken);

    public IAsyncEnumerable<Multihash> EnumerateAsync(CancellationToken cancellationToken = default) => _blocks.EnumerateAsync(cancellationToken);
}
