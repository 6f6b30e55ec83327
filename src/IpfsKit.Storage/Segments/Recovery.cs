using IpfsKit.Multiformats;
using IpfsKit.Storage.Files;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Storage.Segments;

/// <summary>Brings the index back from what a store left on disk, and the log into a state that can be appended to.</summary>
/// <remarks>
/// <para>① The manifest says which files count; all others are deleted. ② The newest whole checkpoint gives the index up to a position.
/// ③ The log is replayed from there in the order of segments and offsets, from footers where there are any; the last record of a key decides.
/// ④ Only the last group can have been written and not synced: a group begins after the one before it was synced. So its records are
/// checked one by one, the marker is written again with those that are whole, what follows it is cut off, and all of it is written and synced
/// once more (a failed sync may have left the page cache with bytes that the disk does not have).</para>
/// <para>A crash on the way changes nothing: every step can be repeated.</para>
/// </remarks>
internal sealed partial class Recovery(StoreState state)
{
    private const int RewriteBytes = 1 << 20;

    private readonly BlockReader _reader = new(state);
    private readonly List<DamagedBlock> _damaged = [];
    private readonly Dictionary<long, long> _ends = [];
    private long _replayed;
    private long _discardedBytes;
    private int _discardedRecords;
    private (Segment Segment, ScannedGroup Group)? _last;
    private LogPosition _position = new(0, 0, 0);

    /// <summary>The segments without a footer, by ascending id.</summary>
    public List<Segment> Unsealed { get; } = [];

    /// <summary>The end of the log.</summary>
    public LogPosition Position => _position;

    /// <summary>The number of the newest checkpoint on disk, whole or not.</summary>
    public long CheckpointNumber { get; private set; }

    /// <summary>Its size in bytes.</summary>
    public long CheckpointBytes { get; private set; }

    /// <summary>Where the checkpoint ends that was used, or the beginning of the log.</summary>
    public LogPosition Covered { get; private set; }

    /// <summary>Does it.</summary>
    public RecoveryReport Run()
    {
        var start = state.TimeProvider.GetTimestamp();
        DeleteStrays();
        var usedCheckpoint = false;
        using (var checkpoint = CheckpointReader.OpenNewest(state.Files, state.Directory, state.Manifest.Data))
        {
            OpenSegments(checkpoint?.Slots);
            if (checkpoint is not null)
            {
                CheckpointBytes = checkpoint.Length;
                state.Disk.Add(CheckpointBytes);
                // An entry of a slot that the header does not name was copied after the position, and one whose segment is no longer listed
                // was moved since: the replay brings both back.
                var listed = state.Manifest.Data.SegmentIds.ToHashSet();
                var slots = checkpoint.Slots.Where(slot => listed.Contains(slot.Key)).Select(slot => slot.Value).ToHashSet();
                usedCheckpoint = checkpoint.TryLoad(state.Index, slots, state.Epochs.CurrentStamp);
                if (usedCheckpoint)
                    _position = Covered = checkpoint.Position;
                else
                    DiscardIndex(checkpoint.Number);
            }
        }

        foreach (var segment in state.Segments.All().Where(segment => segment.Id >= _position.SegmentId))
            Replay(segment, segment.Id == _position.SegmentId ? _position.Offset : SegmentFormat.HeaderBytes);
        Repair();
        CountLive();
        var report = new RecoveryReport(
            usedCheckpoint, _replayed, _discardedBytes, _discardedRecords, _damaged, state.TimeProvider.GetElapsedTime(start));
        LogRecovered(state.Logger, state.Directory, state.Index.Count, report.Duration.TotalMilliseconds, usedCheckpoint, _replayed, _discardedBytes, _discardedRecords, _damaged.Count);
        foreach (var block in _damaged)
            state.Quarantine.Add(block);
        return report;
    }

    private void DeleteStrays()
    {
        var listed = state.Manifest.Data.SegmentIds.Select(SegmentFormat.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var name in state.Files.ListFiles(state.Directory))
        {
            if (name.EndsWith(".tmp", StringComparison.Ordinal) || (SegmentFormat.IsFileName(name) && !listed.Contains(name)))
                state.Files.Delete(Path.Combine(state.Directory, name));
            else if (CheckpointFormat.NumberOf(name) is { } number)
                CheckpointNumber = Math.Max(CheckpointNumber, number);
        }
    }

    private void OpenSegments(IReadOnlyDictionary<long, int>? slots)
    {
        // Slots that the checkpoint knows are taken first, so that its entries stay as they are.
        foreach (var id in state.Manifest.Data.SegmentIds.OrderBy(id => slots?.ContainsKey(id) == true ? 0 : 1))
        {
            var path = Path.Combine(state.Directory, SegmentFormat.FileName(id));
            IStorageFile file;
            try
            {
                file = state.Files.Open(path);
            }
            catch (FileNotFoundException exception)
            {
                throw new StorageCorruptedException(path, "the manifest lists it, but it is not there.", exception);
            }

            var footer = SegmentFooter.Find(file, id);
            var segment = state.Segments.Add(slot => new Segment(id, slot, path, file, state.Files), slots?.GetValueOrDefault(id) ?? 0);
            segment.FileLength = file.Length;
            segment.CommittedLength = footer ?? SegmentFormat.HeaderBytes;
            if (footer is not null)
                segment.Seal(segment.FileLength);
        }

        Unsealed.AddRange(state.Segments.All().Where(segment => !segment.IsSealed));
    }

    private void DiscardIndex(long checkpoint)
    {
        LogCheckpointDamaged(state.Logger, state.Directory, checkpoint);
        for (var table = 0; table < StoreIndex.TableCount; table++)
        {
            var entries = new List<IndexEntry>();
            state.Index.CopyTable(table, entries);
            foreach (var entry in entries)
                state.Index.Remove(StoreIndex.FingerprintOf(table, entry), entry.Location);
        }
    }

    private void Replay(Segment segment, long from)
    {
        if (segment.IsSealed)
        {
            if (SegmentFooter.TryRead(segment, state.Keys) is { } entries)
            {
                foreach (var entry in entries)
                {
                    if (entry.Offset >= from)
                        Apply(segment, entry);
                }

                return;
            }

            _damaged.Add(new DamagedBlock(null, segment.Path, segment.CommittedLength, segment.FileLength - segment.CommittedLength, "its footer is damaged; nothing is lost by that"));
        }

        var end = segment.IsSealed ? segment.CommittedLength : segment.FileLength;
        if (end < from)
            _damaged.Add(new DamagedBlock(null, segment.Path, end, from - end, "the file is shorter than when the checkpoint was taken"));
        var scanner = new SegmentScanner(segment, state.Keys, Math.Min(from, end), end);
        foreach (var group in scanner.Groups())
        {
            // Which group is the last is known only when the next one was found.
            ApplyLast(isTail: false);
            _last = (segment, group);
        }

        _ends[segment.Id] = scanner.End;
    }

    private void ApplyLast(bool isTail)
    {
        if (_last is not { } last)
            return;
        _last = null;
        var (segment, group) = last;
        var whole = new List<DirectoryEntry>(group.Entries.Count);
        foreach (var entry in group.Entries)
        {
            if ((!isTail && !group.IsDamaged) || RecordReader.Verify(segment, state.Keys, entry))
                whole.Add(entry);
            else if (!isTail)
                _damaged.Add(new DamagedBlock(entry.Hash, segment.Path, entry.Offset, entry.RecordBytes, "its record is damaged"));
        }

        if (group.IsIncomplete)
            _damaged.Add(new DamagedBlock(null, segment.Path, group.Start, group.End - group.Start, "the list of its records is damaged; those that could be found were kept"));
        foreach (var entry in whole)
            Apply(segment, entry);
        _position = new LogPosition(segment.Id, group.End, Math.Max(group.Sequence, _position.Sequence));
        if (isTail && !segment.IsSealed)
            WriteAgain(segment, group, whole);
    }

    private void Apply(Segment segment, in DirectoryEntry entry)
    {
        _replayed++;
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        var key = state.Keys.Key(entry.Hash, buffer);
        if (entry.Kind == RecordKind.Tombstone)
        {
            if (state.Index.Contains(key.Fingerprint) && _reader.TryFind(key, out var deleted, out _))
                state.Index.Remove(key.Fingerprint, deleted);
        }
        else if (entry.Kind == RecordKind.Put)
        {
            var location = new RecordLocation(segment.Slot, entry.Offset, entry.RecordBytes);
            if (state.Index.Contains(key.Fingerprint))
            {
                if (state.Index.Contains(key.Fingerprint, location))
                    return;
                if (_reader.TryFind(key, out var earlier, out _))
                    state.Index.Remove(key.Fingerprint, earlier);
            }

            state.Index.Insert(key.Fingerprint, location, state.Epochs.CurrentStamp);
        }
    }

    // Step 4 of the remarks.
    private void Repair()
    {
        ApplyLast(isTail: true);
        foreach (var segment in Unsealed)
        {
            var end = _ends.TryGetValue(segment.Id, out var scanned) ? scanned : segment.FileLength;
            if (segment.Id == _position.SegmentId)
                end = Math.Max(_position.Offset, SegmentFormat.HeaderBytes);
            if (segment.File.Length > end)
            {
                _discardedBytes += segment.File.Length - end;
                segment.File.SetLength(end);
                segment.File.SyncData();
            }

            segment.CommittedLength = segment.FileLength = end;
        }

        foreach (var segment in state.Segments.All())
            state.Disk.Add(segment.FileLength);
    }

    private void WriteAgain(Segment segment, ScannedGroup group, List<DirectoryEntry> whole)
    {
        var end = group.End;
        var markerOffset = group.MarkerOffset;
        if (whole.Count < group.Entries.Count)
        {
            _discardedRecords += group.Entries.Count - whole.Count;
            var marker = Marker(segment, group, whole);
            segment.File.SetLength(Math.Max(segment.File.Length, markerOffset));
            segment.File.Write(marker, markerOffset);
            end = markerOffset + marker.Length;
            _position = _position with { Offset = end };
        }

        var chunk = new byte[RewriteBytes];
        for (var offset = group.Start; offset < end;)
        {
            var length = segment.File.ReadFully(chunk.AsSpan(0, (int)Math.Min(RewriteBytes, end - offset)), offset);
            if (length == 0)
                throw new StorageCorruptedException(segment.Path, $"it ends at {offset} while its last group is read, which ends at {end}.");
            segment.File.Write(chunk.AsMemory(0, length), offset);
            offset += length;
        }

        _ends[segment.Id] = end;
        _discardedBytes += Math.Max(0, segment.File.Length - group.End);
        segment.File.SetLength(end);
        segment.File.SyncData();
    }

    private byte[] Marker(Segment segment, ScannedGroup group, List<DirectoryEntry> entries)
    {
        var directory = new System.Buffers.ArrayBufferWriter<byte>();
        GroupMarker.WriteFixed(directory.GetSpan(GroupMarker.FixedBytes), group.Sequence, group.Start, entries.Count);
        directory.Advance(GroupMarker.FixedBytes);
        Span<byte> hash = stackalloc byte[Multihash.MaxBytes];
        foreach (var entry in entries)
            DirectoryEntry.Write(directory, entry.Kind, entry.Offset, entry.PayloadLength, hash[..entry.Hash.WriteBytes(hash)]);
        var record = new byte[RecordHeader.SizeOf(0, directory.WrittenCount)];
        var header = RecordHeader.Write(
            record, state.Keys, segment.Id, group.MarkerOffset, RecordKind.Marker, [], (uint)directory.WrittenCount, state.Keys.PayloadChecksum(directory.WrittenSpan));
        directory.WrittenSpan.CopyTo(record.AsSpan(header));
        return record;
    }

    private void CountLive()
    {
        foreach (var segment in state.Segments.All())
            segment.ResetLive();
        state.Index.ForEach((ref IndexEntry entry) =>
        {
            var location = entry.Location;
            state.Segments.Get(location.Slot)!.AddLive(location.Length);
        });
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Opened the store {Directory} with {Blocks} blocks in {Milliseconds} ms (checkpoint: {UsedCheckpoint}, replayed: {Replayed} records, discarded: {DiscardedBytes} bytes and {DiscardedRecords} records, damaged: {Damaged}).")]
    private static partial void LogRecovered(
        ILogger logger, string directory, long blocks, double milliseconds, bool usedCheckpoint, long replayed, long discardedBytes, int discardedRecords, int damaged);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Checkpoint {Checkpoint} of {Directory} is damaged; the index is rebuilt from the segments.")]
    private static partial void LogCheckpointDamaged(ILogger logger, string directory, long checkpoint);
}
