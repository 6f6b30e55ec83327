using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Files;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Storage.Segments.Writing;

/// <summary>Appends to the log, one group at a time.</summary>
/// <remarks>
/// <para>A caller who finds nobody at it writes the group himself, on his own thread, which saves two changes of threads; whoever comes meanwhile
/// is served by the committer's thread afterwards. So at most one caller is held up, for one group.</para>
/// <para>Takes whatever waits, and for each item decides, with what the index and the open group say, whether anything has to be written. Then:
/// ① the records and a marker go to the active segment; ② one sync makes them durable; ③ the index learns of them; ④ the callers are woken.
/// A group that is being synced is in no index yet, so a put of the same block queues behind it and is answered after it.</para>
/// <para>The order of the log is the order of the decisions: for each block the last record decides. A deletion dooms its entry when it is
/// decided, so that no put believes in the block meanwhile; a put that comes later is decided later and written again.</para>
/// <para>When a write fails for want of space, what was written of the group is cut off and its callers get <see cref="StorageFullException"/>.
/// The same goes for a segment that cannot be made for want of space. When anything else fails, a sync for want of space included, what the disk holds is unknown: the store fails for good (<see cref="StoreState.Fail"/>) and opening it again finds out.</para>
/// </remarks>
internal sealed partial class Committer
{
    private readonly StoreState _state;
    private readonly BlockReader _reader;
    private readonly WriteQueue _queue;
    private readonly SegmentAllocator _allocator;
    private readonly StoreInstruments _instruments;
    private readonly Thread _thread;
    private readonly GroupWriter _group;
    private readonly List<WriteRequest> _taken = [];
    private readonly List<WriteRequest> _decided = [];
    private readonly List<GroupOperation> _operations = [];
    private readonly Dictionary<Multihash, KeyState> _keys = [];
    private readonly object _turn = new();
    private readonly Lock _positionLock = new();
    private LogPosition _position;
    private long _writtenBytes;

    public Committer(StoreState state, BlockReader reader, WriteQueue queue, SegmentAllocator allocator, StoreInstruments instruments, LogPosition position)
    {
        _state = state;
        _reader = reader;
        _queue = queue;
        _allocator = allocator;
        _instruments = instruments;
        _position = position;
        _group = new GroupWriter(state.Keys);
        _group.Begin(allocator.Active);
        _thread = new Thread(Run) { IsBackground = true, Name = "IpfsKit store committer" };
    }

    /// <summary>The end of the last group that the index shows.</summary>
    public LogPosition Position
    {
        get
        {
            lock (_positionLock)
                return _position;
        }
    }

    /// <summary>The bytes that were appended since the store was opened.</summary>
    public long WrittenBytes => Interlocked.Read(ref _writtenBytes);

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Waits until everything that was admitted is written, after the queue was closed.</summary>
    public void Join()
    {
        _thread.Join();

        // A caller may be writing the last group on his own thread.
        Monitor.Enter(_turn);
        Monitor.Exit(_turn);
    }

    /// <summary>Admits a request and completes when it is durable.</summary>
    public async Task WriteAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        await _queue.EnqueueAsync(request, cancellationToken).ConfigureAwait(false);
        if (Monitor.TryEnter(_turn))
        {
            try
            {
                Round();
            }
            finally
            {
                Monitor.Exit(_turn);
            }
        }

        // What came while the turn was taken, by this or another thread, is for the committer's thread.
        _queue.WakeIfAny();
        await request.Completion.ConfigureAwait(false);
    }

    private void Run()
    {
        while (_queue.Wait())
        {
            lock (_turn)
                Round();
        }
    }

    private void Round()
    {
        _queue.Take(_taken);
        foreach (var request in _taken)
            Decide(request);
        Commit();
        _taken.Clear();
    }

    // The store must answer whatever happens, and no exception may end the thread: the last resort is to fail the store.
#pragma warning disable CA1031
    private void Decide(WriteRequest request)
    {
        try
        {
            if (request.IsRoll)
                Roll();
            for (var i = 0; i < request.Items.Length && request.Error is null; i++)
            {
                if (_state.Failure is { } failure)
                    request.Error = failure;
                else
                    Decide(request, request.Items.Span[i]);
            }
        }
        catch (StorageFullException exception)
        {
            request.Error = exception;
        }
        catch (StorageReadException exception)
        {
            // Nothing was written for it, so what the disk holds is known.
            request.Error = exception;
        }
        catch (DiskFullException exception)
        {
            request.Error = new StorageFullException(_state.Directory, "the disk", _state.Disk.UsedBytes, request.Bytes, exception);
        }
        catch (Exception exception)
        {
            request.Error = _state.Fail(exception);
        }

        _decided.Add(request);
    }
#pragma warning restore CA1031

    private void Decide(WriteRequest request, in WriteItem item)
    {
        EnsureRoom(request, item);
        if (request.Error is not null)
            return;
        switch (item.Kind)
        {
            case WriteKind.Put:
                if (!IsPresent(item, stamp: true, out var unreadable))
                {
                    _state.Disk.ThrowIfFull(_group.Position - _group.Start, item.RecordBytes + 2 * DirectoryEntry.MaxBytes);
                    Write(request, item, RecordKind.Put, unreadable);
                }

                break;
            case WriteKind.Move:
                if (!_keys.ContainsKey(item.Hash) && _state.Index.Contains(item.Fingerprint, item.Expected))
                    Write(request, item, RecordKind.Put, item.Expected);
                break;
            case WriteKind.MoveTombstone:
                if (!IsPresent(item, stamp: false, out _) && !_keys.ContainsKey(item.Hash))
                    Write(request, item, RecordKind.Tombstone, default);
                break;
            case WriteKind.Delete:
                Delete(request, item);
                break;
            default:
                Sweep(request, item);
                break;
        }
    }

    private void Delete(WriteRequest request, in WriteItem item)
    {
        if (_keys.TryGetValue(item.Hash, out var inGroup))
        {
            // The group may have moved the record: then the index still shows where it was.
            if (inGroup.IsPresent)
                WriteDeletion(request, item, inGroup.Location, Find(item, out var moved) ? moved : default);
        }
        else if (Find(item, out var location))
        {
            WriteDeletion(request, item, location, location);
        }
        else if (_state.Quarantine.Contains(item.Hash))
        {
            // The index does not show the damaged record, but a rebuild would: the tombstone keeps it dead.
            Write(request, item, RecordKind.Tombstone, default);
            request.Written--;
        }
    }

    private void Sweep(WriteRequest request, in WriteItem item)
    {
        if (_keys.ContainsKey(item.Hash) || item.Epoch != _state.Epochs.Current)
            return;
        var limit = _state.Epochs.SweepLimit;
        if (_state.Index.Change(
                item.Fingerprint, item.Expected, (ref IndexEntry entry) => entry.Stamp != EpochClock.Doomed && _state.Epochs.EpochOf(entry.Stamp) < limit && Doom(ref entry)))
            AddDeletion(request, item, item.Expected, item.Expected, _state.Epochs.OldestStamp);
    }

    private static bool Doom(ref IndexEntry entry)
    {
        entry.Stamp = EpochClock.Doomed;
        return true;
    }

    private void WriteDeletion(WriteRequest request, in WriteItem item, in RecordLocation previous, in RecordLocation doomed)
    {
        byte before = 0;
        if (doomed.Slot != 0)
        {
            _state.Index.Change(item.Fingerprint, doomed, (ref IndexEntry entry) =>
            {
                before = entry.Stamp;
                return Doom(ref entry);
            });
        }

        AddDeletion(request, item, previous, doomed, before);
    }

    private void AddDeletion(WriteRequest request, in WriteItem item, in RecordLocation previous, in RecordLocation doomed, byte doomedStamp)
    {
        var location = _group.Add(RecordKind.Tombstone, item.Hash, default, _state.Keys.PayloadChecksum([]));
        _operations.Add(new GroupOperation(item.Kind, item.Fingerprint, item.Hash, location, previous, doomed, doomedStamp));
        _keys[item.Hash] = new KeyState(IsPresent: false, default);
        request.Written++;
        request.Freed += previous.Length;
    }

    private void Write(WriteRequest request, in WriteItem item, RecordKind kind, in RecordLocation previous)
    {
        var checksum = kind == RecordKind.Tombstone ? _state.Keys.PayloadChecksum([]) : item.PayloadChecksum;
        var location = _group.Add(kind, item.Hash, kind == RecordKind.Tombstone ? default : item.Payload, checksum);
        _operations.Add(new GroupOperation(kind == RecordKind.Tombstone ? WriteKind.MoveTombstone : item.Kind, item.Fingerprint, item.Hash, location, previous));
        _keys[item.Hash] = new KeyState(kind == RecordKind.Put, location);
        request.Written++;
    }

    // A record that the disk refuses to read keeps a tombstone unneeded, but is not good enough to acknowledge a put: that is written, and takes its place.
    private bool IsPresent(in WriteItem item, bool stamp, out RecordLocation unreadable)
    {
        unreadable = default;
        if (_keys.TryGetValue(item.Hash, out var inGroup))
            return inGroup.IsPresent;
        if (!_state.Index.Contains(item.Fingerprint))
            return false;
        RecordLocation location;
        if (stamp)
        {
            try
            {
                if (!TryFind(item, out location))
                    return false;
            }
            catch (StorageReadException)
            {
                Find(item, out unreadable);
                return false;
            }
        }
        else if (!Find(item, out location))
        {
            return false;
        }

        return !stamp || _state.Index.Change(item.Fingerprint, location, (ref IndexEntry entry) =>
        {
            entry.Stamp = _state.Epochs.Renew(entry.Stamp);
            return true;
        });
    }

    private bool Find(in WriteItem item, out RecordLocation location)
    {
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        return _reader.TryFindPlace(_state.Keys.Key(item.Hash, buffer), out location);
    }

    private bool TryFind(in WriteItem item, out RecordLocation location)
    {
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        return _reader.TryFind(_state.Keys.Key(item.Hash, buffer), out location, out _);
    }

    // Ends the group or the segment if the record would not fit.
    private void EnsureRoom(WriteRequest request, in WriteItem item)
    {
        var needed = item.RecordBytes + _group.MarkerBytesWithOneMore;
        var end = _group.Position + needed;
        if (_group.Count > 0 && (_group.Count >= GroupMarker.MaxEntries || end - _group.Start > GroupWriter.MaxBytes || end > _state.Options.SegmentBytes))
        {
            Commit(request);
            if (request.Error is not null)
                return;
            end = _group.Position + item.RecordBytes + _group.MarkerBytesWithOneMore;
        }

        if (_group.Count == 0 && end > _state.Options.SegmentBytes && _group.Start > SegmentFormat.HeaderBytes)
            Roll();
    }

    private void Roll()
    {
        Commit();
        if (_state.Failure is { } failure)
            throw failure;
        _allocator.Roll();
        lock (_positionLock)
            _position = _position with { SegmentId = _allocator.Active.Id, Offset = _allocator.Active.CommittedLength };
        _group.Begin(_allocator.Active);
    }

#pragma warning disable CA1031 // see Decide
    private void Commit(WriteRequest? current = null)
    {
        Exception? error = null;
        if (_group.Count > 0)
        {
            try
            {
                WriteAndSync();
                Publish();
            }
            catch (DiskFullException exception)
            {
                error = Discard(exception);
            }
            catch (Exception exception)
            {
                error = _state.Fail(exception);
            }

            _operations.Clear();
            _keys.Clear();
            _group.Begin(_allocator.Active);
        }

        if (current is not null)
            current.Error ??= error;
        foreach (var request in _decided)
        {
            request.Error ??= error;
            _queue.Release(request);
            request.Complete();
        }

        _decided.Clear();
    }

    private Exception Discard(DiskFullException exception)
    {
        var needed = _group.Position - _group.Start;
        foreach (var operation in _operations)
        {
            if (operation.Doomed.Slot != 0)
            {
                _state.Index.Change(operation.Fingerprint, operation.Doomed, (ref IndexEntry entry) =>
                {
                    entry.Stamp = operation.DoomedStamp;
                    return true;
                });
            }
        }

        try
        {
            // Durably: what is found in a segment after which the log went on counts, with or without a marker.
            _allocator.Active.File.SetLength(_group.Start);
            _allocator.Active.File.SyncData();
        }
        catch (Exception failed)
        {
            return _state.Fail(failed);
        }

        LogDiskFull(_state.Logger, _state.Directory, needed);
        return new StorageFullException(_state.Directory, "the disk", _state.Disk.UsedBytes, needed, exception);
    }
#pragma warning restore CA1031

    private void WriteAndSync()
    {
        var start = _state.TimeProvider.GetTimestamp();
        _group.Finish(_position.Sequence + 1);
        var written = _state.TimeProvider.GetTimestamp();
        try
        {
            _allocator.Active.File.SyncData();
        }
        catch (DiskFullException exception)
        {
            // Unlike a write without room, it leaves unknown what the disk holds of the group, and cutting the file back would need another sync to mean anything.
            throw new IOException($"A sync failed because the disk is full. {exception.Message}", exception);
        }

        _instruments.GroupCommitted(
            _group.Count, _group.Position - _group.Start, _state.TimeProvider.GetElapsedTime(start), _state.TimeProvider.GetElapsedTime(written));
    }

    private void Publish()
    {
        var active = _allocator.Active;
        _state.Disk.Add(_group.Position - _group.Start);
        Interlocked.Add(ref _writtenBytes, _group.Position - _group.Start);
        active.CommittedLength = active.FileLength = _group.Position;
        var stamp = _state.Epochs.CurrentStamp;
        foreach (var operation in _operations)
        {
            switch (operation.Kind)
            {
                case WriteKind.Put:
                    _state.Index.Insert(operation.Fingerprint, operation.Location, stamp);
                    active.AddLive(operation.Location.Length);
                    if (operation.Previous.Slot != 0 && _state.Index.Remove(operation.Fingerprint, operation.Previous))
                        _state.Segments.Get(operation.Previous.Slot)?.RemoveLive(operation.Previous.Length);
                    _state.Quarantine.Remove(operation.Hash);
                    break;
                case WriteKind.Move:
                    if (_state.Index.Replace(operation.Fingerprint, operation.Previous, operation.Location))
                    {
                        _state.Segments.Get(operation.Previous.Slot)?.RemoveLive(operation.Previous.Length);
                        active.AddLive(operation.Location.Length);
                    }

                    break;
                case WriteKind.Delete or WriteKind.Sweep:
                    if (_state.Index.Remove(operation.Fingerprint, operation.Previous))
                        _state.Segments.Get(operation.Previous.Slot)?.RemoveLive(operation.Previous.Length);
                    break;
                default:
                    _state.Quarantine.Remove(operation.Hash);
                    break;
            }
        }

        lock (_positionLock)
            _position = new LogPosition(active.Id, _group.Position, _position.Sequence + 1);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The disk of {Directory} is full: a group of {Bytes} bytes was not written.")]
    private static partial void LogDiskFull(ILogger logger, string directory, long bytes);
}
