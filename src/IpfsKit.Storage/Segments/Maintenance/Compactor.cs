using IpfsKit.Storage.Segments.Writing;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Gives segments up whose records are mostly dead.</summary>
/// <remarks>
/// ① What is live is read, checked, and appended to the log like anything else, so that writers wait no longer than behind another writer;
/// the index follows when the copy is durable. ② Tombstones that an older segment still needs are appended too. ③ The manifest
/// forgets the segment, durably. ④ The file goes when its last reader has let go. A crash on the way leaves copies, which are harmless.
/// </remarks>
internal sealed partial class Compactor(StoreState state, SegmentAllocator allocator, Committer committer, StoreInstruments instruments)
{
    private const long BatchBytes = 4 << 20;
    private const int BatchRecords = 1024;

    private readonly Dictionary<long, int> _heldByTombstones = [];
    private int _removals;

    /// <summary>Compacts segments whose live part is at most a ratio, the deadest first. One call at a time.</summary>
    public async Task<CompactionResult> CompactAsync(double maxLiveRatio, int maxSegments, CancellationToken cancellationToken)
    {
        var result = new CompactionResult(0, 0, 0);
        var pace = new Pace(state.Options.CompactionBytesPerSecond, state.TimeProvider);
        foreach (var segment in state.Segments.All().Where(segment => segment.LiveRatio <= maxLiveRatio).OrderBy(segment => segment.LiveRatio).ToArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (result.Segments >= maxSegments)
                break;
            if (segment.IsHeld || allocator.IsInUse(segment) || !segment.TryAcquire())
                continue;
            try
            {
                if (IsHeldByTombstones(segment, maxLiveRatio))
                    continue;
                var copied = await CopyAsync(segment, pace, cancellationToken).ConfigureAwait(false);
                if (GiveUp(segment))
                    result = new CompactionResult(result.Segments + 1, result.FreedBytes + segment.FileLength, result.CopiedBytes + copied);
            }
            catch (IOException exception) when (exception is not Files.DiskFullException)
            {
                // What cannot be read now may be readable later, so the segment stays; the others need not wait for it.
                LogUnreadable(state.Logger, exception, segment.Path);
            }
            finally
            {
                segment.Release();
            }
        }

        return result;
    }

    // Tombstones that are needed count as live; else a segment of nothing but those would be copied again and again.
    private bool IsHeldByTombstones(Segment segment, double maxLiveRatio)
    {
        if (_heldByTombstones.TryGetValue(segment.Id, out var removals) && removals == _removals)
            return true;
        var written = Math.Max(1, segment.CommittedLength - SegmentFormat.HeaderBytes);
        var live = (segment.LiveRatio * written) + TombstoneFilter.Needed(state, segment).Sum(entry => entry.RecordBytes + (long)Segment.TypicalDirectoryBytes);
        if (live / written <= maxLiveRatio)
            return false;
        _heldByTombstones[segment.Id] = _removals;
        return true;
    }

    private async Task<long> CopyAsync(Segment segment, Pace pace, CancellationToken cancellationToken)
    {
        var (copied, batch) = (0L, 0L);
        var items = new List<WriteItem>();
        var records = new List<RentedRecord>();
        try
        {
            foreach (var entry in SegmentDirectory.Read(segment, state.Keys))
            {
                if (entry.Kind != RecordKind.Put)
                    continue;
                var fingerprint = state.Keys.Fingerprint(entry.Hash);
                var location = new RecordLocation(segment.Slot, entry.Offset, entry.RecordBytes);
                if (!state.Index.Contains(fingerprint, location))
                    continue;
                RentedRecord? record;
                try
                {
                    record = RecordReader.TryRead(segment, state.Keys, entry);
                }
                catch (IOException exception)
                {
                    // It stays in the index, and with it the segment: what cannot be read now may be readable later.
                    _ = state.ReadFailed(segment.Path, entry.Offset, exception);
                    continue;
                }

                if (record is null)
                {
                    state.ReportDamage(fingerprint, location, segment, entry.Hash, "its record is damaged");
                    continue;
                }

                records.Add(record);
                items.Add(new WriteItem(WriteKind.Move, entry.Hash, fingerprint, record.Payload, record.Header.PayloadChecksum, location));
                copied += location.Length;
                batch += location.Length;
                if (items.Count >= BatchRecords || batch >= BatchBytes)
                    await WriteAsync().ConfigureAwait(false);
            }

            await WriteAsync().ConfigureAwait(false);
            foreach (var entry in TombstoneFilter.Needed(state, segment))
            {
                items.Add(new WriteItem(WriteKind.MoveTombstone, entry.Hash, state.Keys.Fingerprint(entry.Hash)));
                if (items.Count >= BatchRecords)
                    await WriteAsync().ConfigureAwait(false);
            }

            await WriteAsync().ConfigureAwait(false);
            return copied;
        }
        finally
        {
            records.ForEach(record => record.Dispose());
        }

        async Task WriteAsync()
        {
            if (items.Count == 0)
                return;
            var request = new WriteRequest(items.ToArray());
            await committer.WriteAsync(request, cancellationToken).ConfigureAwait(false);
            records.ForEach(record => record.Dispose());
            records.Clear();
            items.Clear();
            batch = 0;
            await pace.SpendAsync(request.Bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool GiveUp(Segment segment)
    {
        // A deletion that could not be written leaves its block live after it was passed over, and so does a record that could not be read: the next compaction takes it along.
        if (segment.LiveCount != 0)
            return false;
        try
        {
            state.Manifest.Remove(segment.Id);
        }
        catch (IOException exception) when (exception is not Files.DiskFullException)
        {
            // Which manifest the disk has is unknown.
            throw state.Fail(exception);
        }

        state.Segments.Remove(segment);
        state.Disk.Add(-segment.FileLength);
        segment.Retire();
        _removals++;
        _heldByTombstones.Remove(segment.Id);
        instruments.Compacted(segment.FileLength);
        LogCompacted(state.Logger, segment.Path, segment.FileLength);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Path} cannot be read and is not compacted.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string path);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Gave up segment {Path} of {Bytes} bytes.")]
    private static partial void LogCompacted(ILogger logger, string path, long bytes);
}
