using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Segments;
using IpfsKit.Storage.Segments.Writing;

namespace IpfsKit.Storage;

/// <content>Enumeration, and maintenance by hand; the store does the latter itself unless told otherwise.</content>
public sealed partial class SegmentBlockStore
{
    /// <summary>Called by a scrub for each damaged block; what it returns is put in its place. Null returns leave the block damaged.</summary>
    public Func<Multihash, CancellationToken, ValueTask<Block?>>? RepairSource
    {
        get => _scrubber.Repair;
        set => _scrubber.Repair = value;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Copies the index table by table, up to 65,536 entries at a time, and reads the names from the records in the order of the disk. Blocks whose names the disk refuses to
    /// read are left out, logged and counted.
    /// </remarks>
    public async IAsyncEnumerable<Multihash> EnumerateAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var entries = new List<IndexEntry>();
        var batch = new List<(ulong Fingerprint, RecordLocation Location)>();
        var shared = new HashSet<ulong>();
        var moved = new HashSet<ulong>();
        var listed = new HashSet<Multihash>();
        for (var table = 0; table < StoreIndex.TableCount;)
        {
            Enter(cancellationToken);
            batch.Clear();
            shared.Clear();
            moved.Clear();
            listed.Clear();
            while (table < StoreIndex.TableCount && batch.Count < EnumerationEntries)
            {
                entries.Clear();
                _state.Index.CopyTable(table, entries);
                foreach (ref readonly var entry in CollectionsMarshal.AsSpan(entries))
                {
                    if (entry.Stamp != EpochClock.Doomed)
                        Add(StoreIndex.FingerprintOf(table, entry), entry.Location);
                }

                table++;
            }

            batch.Sort(static (left, right) =>
                left.Location.Slot != right.Location.Slot
                    ? left.Location.Slot.CompareTo(right.Location.Slot)
                    : left.Location.Offset.CompareTo(right.Location.Offset));
            foreach (var (fingerprint, location) in batch)
            {
                Enter(cancellationToken);
                if (!_state.Index.Contains(fingerprint, location) || !TryReadName(fingerprint, location, out var hash))
                {
                    moved.Add(fingerprint);
                    continue;
                }

                if (shared.Contains(fingerprint))
                    listed.Add(hash);
                yield return hash;
            }

            // What moved or was put again meanwhile is looked up where it is now.
            foreach (var hash in moved.SelectMany(NamesOf).Except(listed).ToArray())
                yield return hash;
            await Task.Yield();
        }

        // Blocks with one fingerprint lie side by side in their table.
        void Add(ulong fingerprint, in RecordLocation location)
        {
            if (batch.Count > 0 && batch[^1].Fingerprint == fingerprint)
                shared.Add(fingerprint);
            batch.Add((fingerprint, location));
        }
    }

    /// <summary>Writes a checkpoint of the index, so that opening has less to replay.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken = default) =>
        MaintainAsync(() => _checkpointer.WriteAsync(cancellationToken), cancellationToken);

    /// <summary>Writes the footers of segments that are no longer written to.</summary>
    public Task SealAsync(CancellationToken cancellationToken = default) =>
        MaintainAsync(
            () =>
            {
                _sealer.SealAll(cancellationToken);
                return Task.CompletedTask;
            },
            cancellationToken);

    /// <summary>Gives segments up whose live part is at most a ratio, the active one included.</summary>
    /// <param name="maxLiveRatio">0 (only what is dead as a whole) to 1; that of the options unless given.</param>
    /// <param name="cancellationToken">Stops between segments; those that were given up stay so.</param>
    public async Task<CompactionResult> CompactAsync(double? maxLiveRatio = null, CancellationToken cancellationToken = default)
    {
        var ratio = maxLiveRatio ?? _state.Options.CompactionLiveRatio;
        ArgumentOutOfRangeException.ThrowIfNegative(ratio);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ratio, 1);
        var result = new CompactionResult(0, 0, 0);
        await MaintainAsync(
            async () =>
            {
                ThrowIfFailed();
                if (_allocator.Active.LiveRatio <= ratio && _allocator.Active.CommittedLength > SegmentFormat.HeaderBytes)
                    await _committer.WriteAsync(WriteRequest.Roll(), cancellationToken).ConfigureAwait(false);
                _sealer.SealAll(cancellationToken);
                result = await _compactor.CompactAsync(ratio, int.MaxValue, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>Reads everything and checks it against its hash; damaged blocks are taken out, reported by <see cref="BlockDamaged"/>, and repaired from <see cref="RepairSource"/>.</summary>
    public Task<ScrubReport> ScrubAsync(CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        return _scrubber.ScrubAsync(PutAsync, cancellationToken);
    }

    private async Task MaintainAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        await _maintaining.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            _maintaining.Release();
        }
    }

    private bool TryReadName(ulong fingerprint, in RecordLocation location, out Multihash hash)
    {
        hash = default;
        if (_state.Segments.Acquire(location.Slot) is not { } segment)
            return false;
        try
        {
            if (RecordReader.TryReadHeader(segment, _state.Keys, location.Offset, out var header, out hash) && header.Kind == RecordKind.Put
                && _state.Keys.Fingerprint(hash) == fingerprint)
                return true;
            _state.ReportDamage(fingerprint, location, segment, null, "its header is damaged");
            return false;
        }
        catch (IOException exception)
        {
            // One record that the disk refuses to read must not hold up a sweep or an enumeration: it is passed over and kept.
            _ = _state.ReadFailed(segment.Path, location.Offset, exception);
            return false;
        }
        finally
        {
            segment.Release();
        }
    }

    private List<Multihash> NamesOf(ulong fingerprint)
    {
        Span<RecordLocation> locations = stackalloc RecordLocation[8];
        var names = new List<Multihash>();
        foreach (ref readonly var location in locations[.._state.Index.Find(fingerprint, locations)])
        {
            if (TryReadName(fingerprint, location, out var hash))
                names.Add(hash);
        }

        return names;
    }
}
