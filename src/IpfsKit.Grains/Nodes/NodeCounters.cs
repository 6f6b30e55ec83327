namespace IpfsKit.Grains.Nodes;

/// <summary>What the data plane has done since the silo started. All members may be called concurrently.</summary>
internal sealed class NodeCounters
{
    private long _reads;
    private long _bytesSent;
    private long _uploads;
    private long _bytesReceived;

    /// <summary>Reads answered.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Bytes sent.</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>Uploads completed.</summary>
    public long Uploads => Volatile.Read(ref _uploads);

    /// <summary>Bytes received.</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>Counts an answered read.</summary>
    public void AddRead(long bytes)
    {
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _bytesSent, bytes);
    }

    /// <summary>Counts a completed upload.</summary>
    public void AddUpload(long bytes)
    {
        Interlocked.Increment(ref _uploads);
        Interlocked.Add(ref _bytesReceived, bytes);
    }
}
