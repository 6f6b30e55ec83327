using IpfsKit.Ipld;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>Counts the bytes of the store's files and says when there is no room for more.</summary>
internal sealed class DiskUsage(SegmentStoreOptions options, IStorageFileSystem files, TimeProvider timeProvider)
{
    private const long SampleBytes = 16L << 20;
    private static readonly TimeSpan SampleAge = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long _used;
    private long _freeBytes;
    private long _sampledAt;
    private long _usedAtSample = long.MinValue / 2;

    /// <summary>The bytes that the store's files take.</summary>
    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>Counts bytes that were written, or, negative, freed.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Refuses a put for which there is no room.</summary>
    /// <param name="pending">Bytes that are already promised.</param>
    /// <param name="needed">Bytes of the put.</param>
    /// <exception cref="StorageFullException">There is none.</exception>
    public void ThrowIfFull(long pending, long needed)
    {
        if (UsedBytes + pending + needed > options.CapacityBytes)
            throw new StorageFullException(options.Directory, nameof(options.CapacityBytes), options.CapacityBytes, needed);
        if (options.MinFreeDiskBytes > 0 && FreeBytes() - pending - needed < options.MinFreeDiskBytes)
            throw new StorageFullException(options.Directory, nameof(options.MinFreeDiskBytes), options.MinFreeDiskBytes, needed);
    }

    // What this store wrote since the last look is known; what others write is looked up now and then.
    private long FreeBytes()
    {
        lock (_lock)
        {
            var written = UsedBytes - _usedAtSample;
            if (written >= SampleBytes || _freeBytes - written < options.MinFreeDiskBytes + SampleBytes || timeProvider.GetElapsedTime(_sampledAt) > SampleAge)
            {
                _freeBytes = files.GetFreeBytes(options.Directory);
                _sampledAt = timeProvider.GetTimestamp();
                _usedAtSample = UsedBytes;
                return _freeBytes;
            }

            return _freeBytes - written;
        }
    }
}
