using System.Runtime.CompilerServices;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Client.Testing;

/// <summary>The roots of the in-memory cluster, by their keys.</summary>
internal sealed class MemoryRoots
{
    private readonly MemoryBlockStore _store;
    private readonly TimeProvider _time;
    private readonly SweepGate _gate;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MemoryRoot> _roots = new(StringComparer.Ordinal);

    public MemoryRoots(MemoryBlockStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _gate = new SweepGate(SweepAsync);
    }

    /// <summary>Keeps blocks that are put from now on, until what is returned is disposed.</summary>
    public Task<IAsyncDisposable> BeginAddAsync() => _gate.AddAsync();

    public MemoryRoot? Find(Cid cid)
    {
        lock (_lock)
            return _roots.GetValueOrDefault(ContentKey.Of(cid));
    }

    public IReadOnlyList<MemoryRoot> List()
    {
        lock (_lock)
            return [.. _roots.Values];
    }

    /// <summary>Makes a root visible; one that is there already stays, unless it becomes whole.</summary>
    public MemoryRoot Commit(MemoryRoot root)
    {
        lock (_lock)
        {
            var key = ContentKey.Of(root.Cid);
            if (_roots.TryGetValue(key, out var known) && (known.IsWhole || !root.IsWhole))
                return known;
            return _roots[key] = root;
        }
    }

    /// <summary>What a root is, found by walking all of it.</summary>
    /// <exception cref="BlockNotFoundException">A block is missing.</exception>
    public async Task<MemoryRoot> MeasureAsync(Cid cid, CancellationToken cancellationToken)
    {
        var (blocks, bytes) = (0L, 0L);
        await foreach (var block in new DagWalker(_store).WalkAsync(cid, cancellationToken).ConfigureAwait(false))
        {
            using (block)
            {
                if (block.Cid.Hash.IsIdentity)
                    continue;
                blocks++;
                bytes += block.Size;
            }
        }

        var size = await UnixFsContentSize.MeasureAsync(_store, cid, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new MemoryRoot(cid, size, bytes, blocks, IsWhole: true, _time.GetUtcNow());
    }

    /// <summary>Makes a root of a CID that is here as part of other content.</summary>
    /// <exception cref="ContentUnavailableException">A block is missing.</exception>
    public async Task<MemoryRoot> AdoptAsync(Cid cid, bool whole, CancellationToken cancellationToken)
    {
        try
        {
            if (whole)
                return Commit(await MeasureAsync(cid, cancellationToken).ConfigureAwait(false));
            using var block = await _store.GetRequiredAsync(cid, cancellationToken).ConfigureAwait(false);
            return Commit(new MemoryRoot(cid, block.Size, block.Size, 1, IsWhole: false, _time.GetUtcNow()));
        }
        catch (BlockNotFoundException missing)
        {
            throw new ContentUnavailableException(cid, $"block {missing.Cid} is missing.");
        }
    }

    /// <summary>Forgets a root and the blocks that no other root reaches.</summary>
    /// <exception cref="ContentPinnedException">It is pinned.</exception>
    public async Task<bool> RemoveAsync(Cid cid, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var key = ContentKey.Of(cid);
            if (!_roots.TryGetValue(key, out var root))
                return false;
            if (root.Pinned is not null)
                throw new ContentPinnedException(cid);
            _roots.Remove(key);
        }

        await _gate.SweepAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>What recursive pins reach and nobody has pinned itself, each once.</summary>
    public async IAsyncEnumerable<PinInfo> ListIndirectPinsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<Cid>();
        foreach (var root in List())
        {
            if (root.Pinned is not { Mode: PinMode.Recursive } pin)
                continue;
            await foreach (var block in new DagWalker(_store).WalkAsync(root.Cid, cancellationToken).ConfigureAwait(false))
            {
                using (block)
                {
                    if (block.Cid.ToV1() == root.Cid.ToV1() || !seen.Add(block.Cid.ToV1()) || Find(block.Cid)?.Pinned is not null)
                        continue;
                    yield return new PinInfo { Cid = block.Cid, Mode = PinMode.Indirect, PinnedAt = pin.PinnedAt };
                }
            }
        }
    }

    /// <summary>Removes the blocks that no root reaches.</summary>
    private async Task SweepAsync()
    {
        var live = new HashSet<Multihash>();
        foreach (var root in List())
        {
            if (!root.IsWhole)
                live.Add(root.Cid.Hash);
            else
                await MarkAsync(root.Cid, live).ConfigureAwait(false);
        }

        await foreach (var hash in _store.EnumerateAsync().ConfigureAwait(false))
        {
            if (!live.Contains(hash))
                await _store.DeleteAsync(Cid.CreateV1(Multicodec.Raw, hash)).ConfigureAwait(false);
        }
    }

    private async Task MarkAsync(Cid cid, HashSet<Multihash> live)
    {
        await foreach (var block in new DagWalker(_store).WalkAsync(cid).ConfigureAwait(false))
        {
            using (block)
                live.Add(block.Cid.Hash);
        }
    }
}
