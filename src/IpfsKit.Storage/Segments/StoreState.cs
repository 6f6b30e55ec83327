using IpfsKit.Storage.Files;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Storage.Segments;

/// <summary>What the parts of one open store share.</summary>
internal sealed partial class StoreState(SegmentStoreOptions options, IStorageFileSystem files, Manifest manifest, TimeProvider timeProvider, ILogger logger)
{
    private StorageFailedException? _failure;

    public SegmentStoreOptions Options { get; } = options;

    public string Directory => Options.Directory;

    public IStorageFileSystem Files { get; } = files;

    public Manifest Manifest { get; } = manifest;

    public StoreKeys Keys { get; } = manifest.Data.Keys with { FingerprintMask = options.FingerprintMask };

    public TimeProvider TimeProvider { get; } = timeProvider;

    public ILogger Logger { get; } = logger;

    public StoreIndex Index { get; } = new();

    public SegmentTable Segments { get; } = new();

    public EpochClock Epochs { get; } = new();

    public Quarantine Quarantine { get; } = new();

    public DiskUsage Disk { get; } = new(options, files, timeProvider);

    /// <summary>Why the store accepts no more writes, or null.</summary>
    public StorageFailedException? Failure => Volatile.Read(ref _failure);

    /// <summary>Stops the store from accepting writes, for good.</summary>
    public StorageFailedException Fail(Exception exception)
    {
        var failure = new StorageFailedException(Directory, exception);
        if (Interlocked.CompareExchange(ref _failure, failure, null) is { } earlier)
            return earlier;
        LogFailed(Logger, exception, Directory);
        return failure;
    }

    /// <summary>Called for each read that the disk refused.</summary>
    public Action? ReadRefused { get; set; }

    /// <summary>Notes a read that the disk refused: what it would have read stays as it is.</summary>
    public StorageReadException ReadFailed(string path, long offset, IOException exception)
    {
        ReadRefused?.Invoke();
        LogReadRefused(Logger, exception, path, offset);
        return new StorageReadException(path, offset, exception);
    }

    /// <summary>Takes a damaged record out of the index, if the index still points to it, and reports it.</summary>
    public void ReportDamage(ulong fingerprint, in RecordLocation location, Segment segment, Multiformats.Multihash? hash, string reason)
    {
        if (!Index.Remove(fingerprint, location))
            return;
        segment.RemoveLive(location.Length);
        var damaged = new DamagedBlock(hash, segment.Path, location.Offset, location.Length, reason);
        LogDamaged(Logger, damaged);
        Quarantine.Add(damaged);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The store {Directory} stopped accepting writes.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string directory);

    [LoggerMessage(Level = LogLevel.Error, Message = "The disk refused to read {Path} at {Offset}; what is there is kept.")]
    private static partial void LogReadRefused(ILogger logger, Exception exception, string path, long offset);

    [LoggerMessage(Level = LogLevel.Error, Message = "A record of the store is damaged and was taken out: {Damage}")]
    private static partial void LogDamaged(ILogger logger, DamagedBlock damage);
}
