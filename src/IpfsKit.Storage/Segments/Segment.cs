using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>One segment file, open as long as the store or a reader uses it.</summary>
/// <remarks>Counted: the store holds one use until <see cref="Retire"/>, each reader one while it reads; the last one closes the file, and deletes it if it is retired.</remarks>
internal sealed class Segment(long id, int slot, string path, IStorageFile file, IStorageFileSystem files)
{
    /// <summary>What a record of a sha2-256 block takes in its group's directory.</summary>
    public const int TypicalDirectoryBytes = 44;

    private bool _sealed;
    private int _uses = 1;
    private bool _retired;
    private long _committedLength;
    private long _fileLength;
    private long _liveBytes;
    private long _liveCount;

    public long Id { get; } = id;

    public int Slot { get; } = slot;

    public string Path { get; } = path;

    public IStorageFile File { get; } = file;

    /// <summary>The end of the last group that is durable.</summary>
    public long CommittedLength
    {
        get => Volatile.Read(ref _committedLength);
        set => Volatile.Write(ref _committedLength, value);
    }

    /// <summary>The bytes that the file takes.</summary>
    public long FileLength
    {
        get => Volatile.Read(ref _fileLength);
        set => Volatile.Write(ref _fileLength, value);
    }

    /// <summary>Whether the footer is written; then nothing changes any more.</summary>
    public bool IsSealed => Volatile.Read(ref _sealed);

    /// <summary>Whether the disk refused to read parts of it when the store was opened, so that it may hold records that the index lacks: it stays as it is until the store is opened again.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The bytes of records that the index points to.</summary>
    public long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>The number of records that the index points to.</summary>
    public long LiveCount => Interlocked.Read(ref _liveCount);

    /// <summary>Adds a use; false if the segment is already closed.</summary>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref _uses);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref _uses, seen + 1, seen);
            if (before == seen)
                return true;
            seen = before;
        }

        return false;
    }

    /// <summary>Ends a use.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _uses) != 0)
            return;
        File.Dispose();
        if (Volatile.Read(ref _retired))
            files.Delete(Path);
    }

    /// <summary>Ends the store's use and has the file deleted after the last reader's.</summary>
    public void Retire()
    {
        Volatile.Write(ref _retired, true);
        Release();
    }

    /// <summary>The part of the segment that is live, where 1 is as dense as compaction would make it.</summary>
    public double LiveRatio
    {
        get
        {
            var written = CommittedLength - SegmentFormat.HeaderBytes;
            return written <= 0 ? 0 : Math.Min(1, (LiveBytes + LiveCount * TypicalDirectoryBytes) / (double)written);
        }
    }

    /// <summary>Starts counting live records from zero.</summary>
    public void ResetLive()
    {
        Interlocked.Exchange(ref _liveBytes, 0);
        Interlocked.Exchange(ref _liveCount, 0);
    }

    /// <summary>Counts a record that the index points to from now on.</summary>
    public void AddLive(int bytes)
    {
        Interlocked.Add(ref _liveBytes, bytes);
        Interlocked.Increment(ref _liveCount);
    }

    /// <summary>Counts a record that the index no longer points to.</summary>
    public void RemoveLive(int bytes)
    {
        Interlocked.Add(ref _liveBytes, -bytes);
        Interlocked.Decrement(ref _liveCount);
    }

    /// <summary>Notes that the footer is durable: nothing of the file changes any more.</summary>
    public void Seal(long fileLength)
    {
        FileLength = fileLength;
        Volatile.Write(ref _sealed, true);
    }
}
