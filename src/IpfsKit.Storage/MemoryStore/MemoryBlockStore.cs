using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage;

/// <summary>Blocks in memory, bounded by bytes. Durable only while the process lives.</summary>
/// <remarks>
/// Holds its own copy of every block in an array of exactly its size, so that the bound is about real memory and no pooled buffer
/// stays out of its pool. Each block is accounted with <see cref="OverheadBytes"/> beside its bytes. A put past the bound throws
/// <see cref="StorageFullException"/>: a store loses nothing by itself, caches that do are built on top of it. Needs no disposal.
/// </remarks>
public sealed class MemoryBlockStore : IBlockStore
{
    /// <summary>What a block is accounted beside its bytes: the dictionary node, the key, the objects.</summary>
    public const int OverheadBytes = 256;

    /// <summary>The bound unless another is given: 256 MiB.</summary>
    public const long DefaultCapacityBytes = 256L << 20;

    private readonly ConcurrentDictionary<Multihash, Block> _blocks = new();
    private readonly long _capacityBytes;
    private long _usedBytes;

    /// <summary>Creates an empty store.</summary>
    /// <param name="capacityBytes">The most bytes it holds, overhead included; positive.</param>
    public MemoryBlockStore(long capacityBytes = DefaultCapacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacityBytes);
        _capacityBytes = capacityBytes;
    }

    /// <summary>The number of blocks.</summary>
    public int Count => _blocks.Count;

    /// <summary>The bytes accounted for, overhead included; never above the capacity.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <inheritdoc/>
    public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (cid.Hash.IsIdentity)
            return new(Block.CreateIdentity(cid));
        if (!_blocks.TryGetValue(cid.Hash, out var block))
            return new((Block?)null);
        return new(block.Cid == cid ? block : Block.CreateTrusted(cid, block.Data));
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(cid.Hash.IsIdentity || _blocks.ContainsKey(cid.Hash));
    }

    /// <inheritdoc/>
    public ValueTask<int?> GetSizeAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (cid.Hash.IsIdentity)
            return new(cid.Hash.DigestLength);
        return new(_blocks.TryGetValue(cid.Hash, out var block) ? block.Size : null);
    }

    /// <inheritdoc/>
    /// <exception cref="StorageFullException">The block would pass the capacity.</exception>
    public ValueTask PutAsync(Block block, CancellationToken cancellationToken = default)
    {
        PutArguments.ThrowIfUnverified(block);
        cancellationToken.ThrowIfCancellationRequested();
        Put(block);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="StorageFullException">A block would pass the capacity; those before it are here.</exception>
    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        for (var i = 0; i < blocks.Count; i++)
            PutArguments.ThrowIfUnverified(blocks[i]);
        cancellationToken.ThrowIfCancellationRequested();
        for (var i = 0; i < blocks.Count; i++)
            Put(blocks[i]);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (cid.Hash.IsIdentity || !_blocks.TryRemove(cid.Hash, out var block))
            return new(false);
        Interlocked.Add(ref _usedBytes, -Cost(block.Size));
        return new(true);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Multihash> EnumerateAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // A key that is deleted and put again behind the enumerator could appear twice; the copy of the keys is the snapshot.
        foreach (var hash in _blocks.Keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_blocks.ContainsKey(hash))
                yield return hash;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    private static long Cost(int size) => OverheadBytes + (long)size;

    private void Put(Block block)
    {
        var hash = block.Cid.Hash;
        if (hash.IsIdentity || _blocks.ContainsKey(hash))
            return;

        // Reserve first, so that concurrent puts never pass the bound together.
        var cost = Cost(block.Size);
        if (Interlocked.Add(ref _usedBytes, cost) > _capacityBytes)
        {
            Interlocked.Add(ref _usedBytes, -cost);
            throw new StorageFullException("memory", "the capacity", _capacityBytes, cost);
        }

        if (!_blocks.TryAdd(hash, Block.CreateTrusted(block.Cid, block.Data.ToArray())))
            Interlocked.Add(ref _usedBytes, -cost);
    }
}
