namespace IpfsKit.Storage;

/// <summary>How a sweep goes about it.</summary>
public sealed record SweepOptions
{
    /// <summary>Deletions that are made durable together.</summary>
    /// <value>1 to 16,384; default 1024.</value>
    public int BatchSize { get; init; } = 1024;

    /// <summary>The time between batches, in which others have the disk to themselves.</summary>
    /// <value>0 or more; default 5 ms.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Stops when this many bytes of records are dead.</summary>
    /// <value>Bytes, 1 or more; default no limit.</value>
    public long MaxBytes { get; init; } = long.MaxValue;
}
