using IpfsKit.Storage.Files;

namespace IpfsKit.TestKit.Files;

/// <summary>A file system in memory whose machine loses power, whose disk fills up and decays.</summary>
/// <remarks>
/// Has the weakest durability that POSIX allows: what was written and not synced may be lost, arrive in part (by sectors of 512
/// bytes) or in another order; a name that was made, changed or removed may be forgotten until its directory is synced. Everything random
/// follows from the seed. One directory deep. Thread-safe.
/// </remarks>
public sealed class FaultFileSystem(int seed) : IStorageFileSystem
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, FaultInode> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FaultInode> _durableNames = new(StringComparer.Ordinal);
    private readonly List<NameChange> _pendingNames = [];
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private long _operationsUntilCrash = long.MaxValue;
    private bool _crashed;

    /// <summary>Guards everything.</summary>
    internal Lock Sync { get; } = new();

    /// <summary>The bytes that the disk holds; writes beyond fail.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>Whether reads return less than asked for now and then.</summary>
    public bool ShortReads { get; set; }

    /// <summary>Paths for which the next sync fails.</summary>
    public Predicate<string>? FailSync { get; set; }

    /// <summary>Paths for which reads fail.</summary>
    public Predicate<string>? FailReads { get; set; }

    /// <summary>Ranges (path, offset, length) for which reads fail: sectors that the disk cannot read.</summary>
    public Func<string, long, int, bool>? FailReadsAt { get; set; }

    /// <summary>Paths that cannot be created because the disk is full.</summary>
    public Predicate<string>? FullOnCreate { get; set; }

    /// <summary>Paths for which the next sync fails because the disk is full.</summary>
    public Predicate<string>? FullOnSync { get; set; }

    /// <summary>Paths for which writes fail.</summary>
    public Predicate<string>? FailWrites { get; set; }

    /// <summary>Called before each sync of data, on the syncing thread.</summary>
    public Action<string>? BeforeSync { get; set; }

    /// <summary>Operations that change something, so far.</summary>
    public long Operations { get; private set; }

    /// <summary>Hints to begin with a range, so far.</summary>
    public long Writebacks { get; internal set; }

    /// <summary>Whether power is lost.</summary>
    public bool IsCrashed
    {
        get
        {
            lock (Sync)
                return _crashed;
        }
    }

    /// <summary>The bytes of all files.</summary>
    public long UsedBytes
    {
        get
        {
            lock (Sync)
                return _names.Values.Distinct().Sum(inode => (long)inode.Content.Length);
        }
    }

    /// <summary>Loses power in the middle of the n-th operation from now that changes something.</summary>
    public void CrashAfter(long operations)
    {
        lock (Sync)
            _operationsUntilCrash = operations;
    }

    /// <summary>Loses power now.</summary>
    public void Crash()
    {
        lock (Sync)
            _crashed = true;
    }

    /// <summary>Brings the machine back: files are what the disk kept of them, locks are gone.</summary>
    public void Restart()
    {
        lock (Sync)
        {
            foreach (var change in _pendingNames)
            {
                if (_random.Next(3) > 0)
                    change.ApplyTo(_durableNames);
            }

            _pendingNames.Clear();
            _names.Clear();
            foreach (var (name, inode) in _durableNames)
                _names[name] = inode;
            foreach (var inode in _names.Values.Distinct())
                inode.Crash(_random);
            _locks.Clear();
            _crashed = false;
            _operationsUntilCrash = long.MaxValue;
        }
    }

    /// <summary>Changes bits of a byte of a file, on the disk.</summary>
    public void Flip(string path, long offset, byte mask = 1)
    {
        lock (Sync)
            _names[path].Flip(offset, mask);
    }

    /// <summary>The length of a file.</summary>
    public long LengthOf(string path)
    {
        lock (Sync)
            return _names[path].Content.Length;
    }

    /// <summary>A copy of a file's bytes.</summary>
    public byte[] ReadAll(string path)
    {
        lock (Sync)
        {
            var content = _names[path].Content;
            var bytes = new byte[content.Length];
            content.Read(0, bytes);
            return bytes;
        }
    }

    /// <summary>Replaces a file's bytes, durably.</summary>
    public void WriteAll(string path, ReadOnlySpan<byte> bytes)
    {
        lock (Sync)
        {
            var inode = _names.TryGetValue(path, out var existing) ? existing : _names[path] = _durableNames[path] = new FaultInode();
            inode.SetLength(0);
            inode.Write(0, bytes);
            inode.Sync();
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Use(() => 0);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string directory) => Use<IReadOnlyList<string>>(
        () => [.. _names.Keys.Where(name => Path.GetDirectoryName(name) == directory).Select(name => Path.GetFileName(name))]);

    /// <inheritdoc/>
    public bool FileExists(string path) => Use(() => _names.ContainsKey(path));

    /// <inheritdoc/>
    public IStorageFile Open(string path) =>
        Use(() => _names.TryGetValue(path, out var inode) ? new FaultFile(this, inode, path) : throw new FileNotFoundException("There is no such file.", path));

    /// <inheritdoc/>
    public IStorageFile Create(string path)
    {
        lock (Sync)
        {
            Change(path);
            if (FullOnCreate?.Invoke(path) == true)
                throw new DiskFullException(path);
            var inode = new FaultInode();
            _names[path] = inode;
            _pendingNames.Add(new NameChange(null, path, inode));
            return new FaultFile(this, inode, path);
        }
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        lock (Sync)
        {
            Change(path);
            var inode = _names[path];
            _names.Remove(path);
            _names[newPath] = inode;
            _pendingNames.Add(new NameChange(path, newPath, inode));
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        lock (Sync)
        {
            Change(path);
            if (_names.Remove(path))
                _pendingNames.Add(new NameChange(path, null, null));
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        lock (Sync)
        {
            Change(directory);
            if (FailSync?.Invoke(directory) == true)
                throw new IOException($"Simulated failure of syncing '{directory}'.");
            foreach (var change in _pendingNames)
                change.ApplyTo(_durableNames);
            _pendingNames.Clear();
        }
    }

    /// <inheritdoc/>
    public long GetFreeBytes(string directory) => CapacityBytes == long.MaxValue ? long.MaxValue / 2 : Math.Max(0, CapacityBytes - UsedBytes);

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        lock (Sync)
        {
            ThrowIfCrashed();
            return _locks.Add(path) ? new HeldLock(this, path) : null;
        }
    }

    internal T Use<T>(Func<T> function)
    {
        lock (Sync)
        {
            ThrowIfCrashed();
            return function();
        }
    }

    internal void BeforeRead(string path, long offset, int length)
    {
        ThrowIfCrashed();
        if (FailReads?.Invoke(path) == true || FailReadsAt?.Invoke(path, offset, length) == true)
            throw new IOException($"Simulated failure of reading '{path}'.");
    }

    internal int ChooseReadLength(int available) => ShortReads && available > 1 && _random.Next(4) == 0 ? _random.Next(1, available) : available;

    internal void Write(FaultInode inode, string path, ReadOnlyMemory<byte> data, long offset)
    {
        lock (Sync)
        {
            try
            {
                Change(path);
            }
            catch (SimulatedCrashException)
            {
                // Power goes while the write is under way: it may still arrive.
                inode.Write(offset, data.Span);
                throw;
            }

            if (FailWrites?.Invoke(path) == true)
                throw new IOException($"Simulated failure of writing '{path}'.");
            var growth = offset + data.Length - inode.Content.Length;
            if (growth > 0 && growth > CapacityBytes - UsedBytes)
            {
                var fits = Math.Max(0, data.Length - (growth - (CapacityBytes - UsedBytes)));
                inode.Write(offset, data.Span[..(int)fits]);
                throw new DiskFullException(path);
            }

            inode.Write(offset, data.Span);
        }
    }

    internal void SyncData(FaultInode inode, string path)
    {
        BeforeSync?.Invoke(path);
        lock (Sync)
        {
            try
            {
                Change(path);
            }
            catch (SimulatedCrashException)
            {
                // Power goes just after the disk has everything, but before anybody knows.
                if (_random.Next(2) == 0)
                    inode.Sync();
                throw;
            }

            if (FailSync?.Invoke(path) == true)
            {
                inode.FailSync(_random);
                throw new IOException($"Simulated failure of syncing '{path}'.");
            }

            if (FullOnSync?.Invoke(path) == true)
            {
                inode.FailSync(_random);
                throw new DiskFullException(path);
            }

            inode.Sync();
        }
    }

    internal void SetLength(FaultInode inode, string path, long length)
    {
        lock (Sync)
        {
            Change(path);
            inode.SetLength(length);
        }
    }

    private void Change(string path)
    {
        ThrowIfCrashed();
        Operations++;
        if (--_operationsUntilCrash > 0)
            return;
        _crashed = true;
        throw new SimulatedCrashException();
    }

    private void ThrowIfCrashed()
    {
        if (_crashed)
            throw new SimulatedCrashException();
    }

    private void Unlock(string path)
    {
        lock (Sync)
            _locks.Remove(path);
    }

    private sealed record NameChange(string? From, string? To, FaultInode? Inode)
    {
        public void ApplyTo(Dictionary<string, FaultInode> names)
        {
            if (From is not null && (Inode is null || names.GetValueOrDefault(From) == Inode))
                names.Remove(From);
            if (To is not null)
                names[To] = Inode!;
        }
    }

    private sealed class HeldLock(FaultFileSystem system, string path) : IDisposable
    {
        public void Dispose() => system.Unlock(path);
    }
}
