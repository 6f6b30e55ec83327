using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments.Writing;

/// <summary>Hands out segments to write to. A segment counts, durably, before its first record does.</summary>
/// <remarks>
/// Making a segment takes five syncs, so one is kept in reserve, made by the maintenance while the active one fills; without one the committer
/// makes it. Only the committer calls <see cref="Roll"/>, and only it may use <see cref="Active"/>'s end.
/// </remarks>
internal sealed class SegmentAllocator(StoreState state, Segment active, Queue<Segment> spares)
{
    private readonly Lock _lock = new();
    private readonly Lock _making = new();
    private readonly Queue<Segment> _spares = spares;
    private Segment _active = active;

    /// <summary>The segment that is written to.</summary>
    public Segment Active => Volatile.Read(ref _active);

    /// <summary>Whether a segment is in reserve.</summary>
    public bool HasSpare
    {
        get
        {
            lock (_lock)
                return _spares.Count > 0;
        }
    }

    /// <summary>Called when a segment was ended, on the committer's thread.</summary>
    public Action? Rolled { get; set; }

    /// <summary>Whether a segment is written to or in reserve, and thus neither sealed nor compacted.</summary>
    public bool IsInUse(Segment segment)
    {
        lock (_lock)
            return segment == _active || _spares.Contains(segment);
    }

    /// <summary>Makes a segment to keep in reserve, unless there is one.</summary>
    public void PrepareSpare()
    {
        lock (_making)
        {
            if (HasSpare)
                return;
            try
            {
                var spare = Make(state);
                lock (_lock)
                    _spares.Enqueue(spare);
            }
            catch (IOException exception) when (exception is not DiskFullException)
            {
                throw state.Fail(exception);
            }
        }
    }

    /// <summary>Ends the active segment and takes the next one.</summary>
    public void Roll()
    {
        lock (_making)
        {
            Segment? next;
            lock (_lock)
                _spares.TryDequeue(out next);
            next ??= Make(state);
            lock (_lock)
                Volatile.Write(ref _active, next);
        }

        Rolled?.Invoke();
    }

    /// <summary>Makes an empty segment and lists it.</summary>
    public static Segment Make(StoreState state)
    {
        var id = state.Manifest.TakeSegmentId();
        var path = Path.Combine(state.Directory, SegmentFormat.FileName(id));
        var file = state.Files.Create(path);
        try
        {
            file.Write(SegmentFormat.Header(id, state.Manifest.Data.StoreId), 0);
            file.SyncData();
            state.Files.SyncDirectory(state.Directory);
            state.Manifest.Add(id);
        }
        catch (IOException exception)
        {
            file.Dispose();
            if (exception is DiskFullException)
                state.Files.Delete(path);
            throw;
        }

        state.Disk.Add(SegmentFormat.HeaderBytes);
        return state.Segments.Add(slot => new Segment(id, slot, path, file, state.Files)
        {
            CommittedLength = SegmentFormat.HeaderBytes,
            FileLength = SegmentFormat.HeaderBytes,
        });
    }
}
