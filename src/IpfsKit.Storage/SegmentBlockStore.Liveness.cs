using System.Runtime.InteropServices;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Segments;
using IpfsKit.Storage.Segments.Writing;

namespace IpfsKit.Storage;

/// <content>What a collector of garbage needs.</content>
public sealed partial class SegmentBlockStore
{
    // Bits of a stamp (EpochClock): under which codecs the links of a block were followed.
    private const byte ScannedDagPb = 1;
    private const byte ScannedDagCbor = 2;
    private const byte ScannedDagJson = 4;

    /// <inheritdoc/>
    IBlockStore ILivenessStore.Blocks => this;

    /// <inheritdoc/>
    public StoreLease OpenLease()
    {
        Enter(CancellationToken.None);
        var epoch = _state.Epochs.OpenLease();
        return new StoreLease(_stamping, () => _state.Epochs.CloseLease(epoch));
    }

    /// <inheritdoc/>
    public long BeginEpoch()
    {
        Enter(CancellationToken.None);
        return _state.Epochs.Begin(_state.Index);
    }

    /// <inheritdoc/>
    public bool Stamp(in Multihash hash)
    {
        Enter(CancellationToken.None);
        if (hash.IsIdentity)
            return true;
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        return Stamp(_state.Keys.Key(hash, buffer), mustBeReadable: false);
    }

    /// <inheritdoc/>
    public MarkOutcome Mark(in Cid cid)
    {
        Enter(CancellationToken.None);
        if (cid.Hash.IsIdentity)
            return cid.Codec == Multicodec.Raw ? MarkOutcome.Done : MarkOutcome.FollowLinks;
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        var key = _state.Keys.Key(cid.Hash, buffer);
        byte bit = cid.Codec switch
        {
            Multicodec.DagPb => ScannedDagPb,
            Multicodec.DagCbor => ScannedDagCbor,
            Multicodec.DagJson => ScannedDagJson,
            _ => 0,
        };
        while (_reader.TryFindPlace(key, out var location))
        {
            var wasScanned = false;
            if (_state.Index.Change(key.Fingerprint, location, (ref IndexEntry entry) =>
                {
                    if (entry.Stamp == EpochClock.Doomed)
                        return false;
                    var stamp = _state.Epochs.Renew(entry.Stamp);
                    wasScanned = bit == 0 || (stamp & bit) != 0;
                    entry.Stamp = (byte)(stamp | bit);
                    return true;
                }))
                return wasScanned ? MarkOutcome.Done : MarkOutcome.FollowLinks;
        }

        return MarkOutcome.Absent;
    }

    /// <inheritdoc/>
    /// <exception cref="StorageFailedException">The disk failed; the store accepts no more writes.</exception>
    public async Task<SweepResult> SweepAsync(long epoch, SweepOptions options, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.BatchSize, GroupMarker.MaxEntries);
        if (epoch != _state.Epochs.Current)
            throw new InvalidOperationException($"Epoch {epoch} cannot be swept: the current one is {_state.Epochs.Current}.");
        var result = default(SweepResult);
        var entries = new List<IndexEntry>();
        var items = new List<WriteItem>();
        for (var table = 0; table < StoreIndex.TableCount && result.Bytes < options.MaxBytes; table++)
        {
            ThrowIfFailed();
            entries.Clear();
            _state.Index.CopyTable(table, entries);
            Collect(table, entries, epoch, items);
            while (items.Count >= options.BatchSize || (table == StoreIndex.TableCount - 1 && items.Count > 0))
            {
                var count = Math.Min(items.Count, options.BatchSize);
                var request = new WriteRequest(items.GetRange(0, count).ToArray());
                items.RemoveRange(0, count);
                await _committer.WriteAsync(request, cancellationToken).ConfigureAwait(false);
                result = new SweepResult(result.Blocks + request.Written, result.Bytes + request.Freed);
                if (options.Pause > TimeSpan.Zero)
                    await Task.Delay(options.Pause, _state.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }

        _maintenance.Wake();
        return result;
    }

    // What is collected here is decided again by the committer, under the table's lock: a stamp in between saves the block.
    private void Collect(int table, List<IndexEntry> entries, long epoch, List<WriteItem> items)
    {
        var limit = _state.Epochs.SweepLimit;
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(entries))
        {
            if (entry.Stamp == EpochClock.Doomed || _state.Epochs.EpochOf(entry.Stamp) >= limit)
                continue;
            var fingerprint = StoreIndex.FingerprintOf(table, entry);
            if (TryReadName(fingerprint, entry.Location, out var hash))
                items.Add(new WriteItem(WriteKind.Sweep, hash, fingerprint, Expected: entry.Location, Epoch: epoch));
        }
    }

    private bool Stamp(in StoreKey key, bool mustBeReadable)
    {
        if (!_state.Index.Contains(key.Fingerprint))
            return false;
        while (mustBeReadable ? _reader.TryFind(key, out var location, out _) : _reader.TryFindPlace(key, out location))
        {
            if (_state.Index.Change(key.Fingerprint, location, (ref IndexEntry entry) =>
                {
                    if (entry.Stamp == EpochClock.Doomed)
                        return false;
                    entry.Stamp = _state.Epochs.Renew(entry.Stamp);
                    return true;
                }))
                return true;
        }

        return false;
    }
}
