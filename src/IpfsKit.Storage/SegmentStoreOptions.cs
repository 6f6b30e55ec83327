namespace IpfsKit.Storage;

/// <summary>How a <see cref="SegmentBlockStore"/> behaves. Durations of zero and rates of zero mean what their property says.</summary>
public sealed class SegmentStoreOptions
{
    /// <summary>The directory of the store; made if it is not there.</summary>
    /// <value>A path; required.</value>
    public string Directory { get; set; } = "";

    /// <summary>The most bytes that the store's files take; a put past it throws <c>StorageFullException</c>. Deletions and compaction may pass it by one segment.</summary>
    /// <value>Bytes, at least two segments; default 100 GiB.</value>
    public long CapacityBytes { get; set; } = 100L << 30;

    /// <summary>The bytes of the disk that puts leave free.</summary>
    /// <value>Bytes, 0 or more; default 256 MiB.</value>
    public long MinFreeDiskBytes { get; set; } = 256L << 20;

    /// <summary>The size at which a segment file is full.</summary>
    /// <value>Bytes, 64 KiB to 2 GiB; default 256 MiB.</value>
    public long SegmentBytes { get; set; } = 256L << 20;

    /// <summary>The most bytes of blocks that wait to be written; callers beyond wait themselves.</summary>
    /// <value>Bytes, 1 MiB to 1 GiB; default 64 MiB.</value>
    public long MaxPendingBytes { get; set; } = 64L << 20;

    /// <summary>The most blocks and deletions that wait to be written; callers beyond wait themselves.</summary>
    /// <value>1 to 1,048,576; default 65,536.</value>
    public int MaxPendingRecords { get; set; } = 64 << 10;

    /// <summary>How much is written between two checkpoints of the index, which bounds what opening after a crash reads.</summary>
    /// <value>Bytes, 64 KiB or more; default 1 GiB.</value>
    public long CheckpointIntervalBytes { get; set; } = 1L << 30;

    /// <summary>Whether the store seals, checkpoints and compacts by itself; otherwise only when its methods are called.</summary>
    /// <value>Default true.</value>
    public bool AutomaticMaintenance { get; set; } = true;

    /// <summary>Segments whose live part is at most this large are compacted.</summary>
    /// <value>0 (only what is dead as a whole) to 0.95; default 0.5.</value>
    public double CompactionLiveRatio { get; set; } = 0.5;

    /// <summary>The most bytes that compaction copies per second.</summary>
    /// <value>Bytes per second, 0 for no limit; default 64 MiB/s.</value>
    public long CompactionBytesPerSecond { get; set; } = 64L << 20;

    /// <summary>The time between the ends and beginnings of scrubs, which read everything and check it against its hash.</summary>
    /// <value>At least a minute, or zero for never; default 7 days. The first begins a tenth of it after the store was opened.</value>
    public TimeSpan ScrubInterval { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The most bytes that a scrub reads per second.</summary>
    /// <value>Bytes per second, 0 for no limit; default 32 MiB/s.</value>
    public long ScrubBytesPerSecond { get; set; } = 32L << 20;

    /// <summary>The bits of a fingerprint that count; tests of collisions leave some out.</summary>
    internal ulong FingerprintMask { get; set; } = ulong.MaxValue;
}
