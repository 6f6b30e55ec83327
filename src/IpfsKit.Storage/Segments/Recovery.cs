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
/// <para>Nothing is cut off anywhere else. A segment after which the log went on was durable as a whole, so what cannot be made sense of there is damage: it is kept and
/// reported. What the disk refuses to read is neither: its records stay in the index where their names are known, and where they are not, the segment is held, which is to say
/// left alone until an opening reads it whole (<see cref="Segment.IsHeld"/>).</para>
/// <para>A crash on the way changes nothing: every step can be repeated.</para>
/// </remarks>
internal sealed partial class Recovery(StoreState state)
{
    private const int RewriteBytes = 1 << 20;

    private readonly BlockReader _reader = new(state);
    private readonly List<DamagedBlock> _damaged = [];
    private readonly List<DamagedBlock> _unreadable = [];
    private readonly Dictionary<long, long> _ends = [];
    private long _replayed;
    private long _discardedBytes;
    private int _discardedRecords;
    private long _newest;
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
            usedCheckpoint, _replayed, _discardedBytes, _discardedRecords, _damaged, _unreadable, state.TimeProvider.GetElapsedTime(start));
        LogRecovered(state.Logger, state.Directory, state.Index.Count, report.Duration.TotalMilliseconds, usedCheckpoint, _replayed, _discardedBytes, _discardedRecords, _damaged.Count, _unreadable.Count);
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

            var segment = state.Segments.Add(slot => new Segment(id, slot, path, file, state.Files), slots?.GetValueOrDefault(id) ?? 0);
            segment.FileLength = file.Length;
            CheckHeader(segment);
            var footer = FindFooter(segment);
            segment.CommittedLength = footer ?? SegmentFormat.HeaderBytes;
            if (footer is not null)
                segment.Seal(segment.FileLength);
        }

        Unsealed.AddRange(state.Segments.All().Where(segment => !segment.IsSealed));
        _newest = state.Segments.All().Where(segment => segment.IsSealed || Scanner(segment, SegmentFormat.HeaderBytes).HasRecords()).Select(segment => segment.Id).LastOrDefault();
    }

    // A file of another store or segment in the place of this one would look like nothing but damage, and its end be cut off.
    private void CheckHeader(Segment segment)
    {
        var header = new byte[SegmentFormat.HeaderBytes];
        try
        {
            header = header[..segment.File.ReadFully(header, 0)];
        }
        catch (IOException exception)
        {
            Refused(segment, 0, SegmentFormat.HeaderBytes, null, exception);
            return;
        }

        if (SegmentFormat.TryReadHeader(header, out var version, out var id, out var storeId))
        {
            if (version != SegmentFormat.Version)
                throw new StorageCorruptedException(segment.Path, $"it has format version {version}, and the manifest {SegmentFormat.Version}.");
            if (storeId != state.Manifest.Data.StoreId)
                throw new StorageCorruptedException(segment.Path, $"it belongs to the store {storeId}, not to {state.Manifest.Data.StoreId}.");
            if (id != segment.Id)
                throw new StorageCorruptedException(segment.Path, $"it is segment {id}, not {segment.Id}.");
            return;
        }

        // Records prove themselves that they belong here, so a damaged header costs nothing where there are any.
        if (!Scanner(segment, SegmentFormat.HeaderBytes).HasRecords())
            throw new StorageCorruptedException(segment.Path, "its header is damaged, and it holds no record of this store.");
        _damaged.Add(new DamagedBlock(null, segment.Path, 0, SegmentFormat.HeaderBytes, "the header of the file is damaged; nothing is lost by that"));
    }

    private long? FindFooter(Segment segment)
    {
        try
        {
            return SegmentFooter.Find(segment.File, segment.Id);
        }
        catch (IOException exception)
        {
            // The groups say what the footer says.
            Refused(segment, segment.FileLength - SegmentFormat.TrailerBytes, SegmentFormat.TrailerBytes, null, exception);
            return null;
        }
    }

    private SegmentScanner Scanner(Segment segment, long from, long? to = null) =>
        new(segment, state.Keys, from, to ?? segment.FileLength, isCommitted: segment.IsSealed || segment.Id < _newest, readAround: true);

    private void Refused(Segment segment, long offset, long length, Multihash? hash, IOException exception)
    {
        _ = state.ReadFailed(segment.Path, offset, exception);
        _unreadable.Add(new DamagedBlock(hash, segment.Path, offset, length, $"it cannot be read: {exception.Message}"));
    }

    private void Hold(Segment segment, string reason)
    {
        segment.IsHeld = true;
        Unsealed.Remove(segment);
        if (!segment.IsSealed)
            segment.CommittedLength = segment.FileLength;
        _unreadable.Add(new DamagedBlock(null, segment.Path, 0, segment.FileLength, reason));
        LogHeld(state.Logger, segment.Path, reason);
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
            if (TryReplayFooter(segment, from))
                return;
            _damaged.Add(new DamagedBlock(null, segment.Path, segment.CommittedLength, segment.FileLength - segment.CommittedLength, "its footer is damaged; nothing is lost by that"));
        }

        var end = segment.IsSealed ? segment.CommittedLength : segment.FileLength;
        if (end < from)
            _damaged.Add(new DamagedBlock(null, segment.Path, end, from - end, "the file is shorter than when the checkpoint was taken"));
        var scanner = Scanner(segment, Math.Min(from, end), end);
        foreach (var group in scanner.Groups())
        {
            // Which group is the last is known only when the next one was found.
            ApplyLast(isTail: false);
            _last = (segment, group);
        }

        _ends[segment.Id] = scanner.End;
        if (scanner.WasRefused)
            Hold(segment, "parts of it cannot be read; it stays as it is until the store is opened again");
    }

    private bool TryReplayFooter(Segment segment, long from)
    {
        try
        {
            if (SegmentFooter.TryRead(segment, state.Keys) is not { } entries)
                return false;
            foreach (var entry in entries)
            {
                if (entry.Offset >= from)
                    Apply(segment, entry);
            }

            return true;
        }
        catch (IOException exception)
        {
            // The groups say it again, and applying a record twice changes nothing.
            Refused(segment, segment.CommittedLength, segment.FileLength - segment.CommittedLength, null, exception);
            return false;
        }
    }

    private void ApplyLast(bool isTail)
    {
        if (_last is not { } last)
            return;
        _last = null;
        var (segment, group) = last;

        // After a group that was begun behind it, a group was durable.
        isTail &= !segment.IsSealed && segment.Id >= _newest;
        var whole = new List<DirectoryEntry>(group.Entries.Count);
        foreach (var entry in group.Entries)
        {
            if ((!isTail && !group.IsDamaged) || IsWhole(segment, entry))
                whole.Add(entry);
            else if (!isTail)
                _damaged.Add(new DamagedBlock(entry.Hash, segment.Path, entry.Offset, entry.RecordBytes, "its record is damaged"));
        }

        if (group.IsIncomplete)
            _damaged.Add(new DamagedBlock(null, segment.Path, group.Start, group.End - group.Start, "the list of its records is damaged; those that could be found were kept"));
        foreach (var entry in whole)
            Apply(segment, entry);
        _position = new LogPosition(segment.Id, group.End, Math.Max(group.Sequence, _position.Sequence));
        if (isTail && !segment.IsHeld && !TryWriteAgain(segment, group, whole))
            Hold(segment, "its last group cannot be read; it stays as it is until the store is opened again");
    }

    // What the disk refuses to read counts as whole: it may be, and if it is not, the checksum says so when it is read.
    private bool IsWhole(Segment segment, in DirectoryEntry entry)
    {
        try
        {
            return RecordReader.Verify(segment, state.Keys, entry);
        }
        catch (IOException exception)
        {
            Refused(segment, entry.Offset, entry.RecordBytes, entry.Hash, exception);
            return true;
        }
    }

    private void Apply(Segment segment, in DirectoryEntry entry)
    {
        _replayed++;
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        var key = state.Keys.Key(entry.Hash, buffer);
        if (entry.Kind == RecordKind.Tombstone)
        {
            if (state.Index.Contains(key.Fingerprint) && _reader.TryFindPlace(key, out var deleted))
                state.Index.Remove(key.Fingerprint, deleted);
        }
        else if (entry.Kind == RecordKind.Put)
        {
            var location = new RecordLocation(segment.Slot, entry.Offset, entry.RecordBytes);
            if (state.Index.Contains(key.Fingerprint))
            {
                if (state.Index.Contains(key.Fingerprint, location))
                    return;
                if (_reader.TryFindPlace(key, out var earlier))
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

    private bool TryWriteAgain(Segment segment, ScannedGroup group, List<DirectoryEntry> whole)
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
            int length;
            try
            {
                length = segment.File.ReadFully(chunk.AsSpan(0, (int)Math.Min(RewriteBytes, end - offset)), offset);
            }
            catch (IOException exception)
            {
                Refused(segment, group.Start, end - group.Start, null, exception);
                return false;
            }

            if (length == 0)
                throw new StorageCorruptedException(segment.Path, $"it ends at {offset} while its last group is read, which ends at {end}.");
            segment.File.Write(chunk.AsMemory(0, length), offset);
            offset += length;
        }

        _ends[segment.Id] = end;
        _discardedBytes += Math.Max(0, segment.File.Length - group.End);
        segment.File.SetLength(end);
        segment.File.SyncData();
        return true;
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Opened the store {Directory} with {Blocks} blocks in {Milliseconds} ms (checkpoint: {UsedCheckpoint}, replayed: {Replayed} records, discarded: {DiscardedBytes} bytes and {DiscardedRecords} records, damaged: {Damaged}, unreadable: {Unreadable}).")]
    private static partial void LogRecovered(
        ILogger logger, string directory, long blocks, double milliseconds, bool usedCheckpoint, long replayed, long discardedBytes, int discardedRecords, int damaged, int unreadable);

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Path} is held: {Reason}.")]
    private static partial void LogHeld(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Checkpoint {Checkpoint} of {Directory} is damaged; the index is rebuilt from the segments.")]
    private static partial void LogCheckpointDamaged(ILogger logger, string directory, long checkpoint);
}
