namespace IpfsKit.Ipld;

/// <summary>A store has no room for what was to be put; nothing of it was acknowledged, and reads go on.</summary>
public sealed class StorageFullException(long neededBytes, long availableBytes, Exception? innerException = null)
    : IpldException($"The store has no room for {neededBytes} bytes: {availableBytes} are available.", innerException)
{
    /// <summary>The bytes that were to be stored.</summary>
    public long NeededBytes { get; } = neededBytes;

    /// <summary>The bytes that could still be stored.</summary>
    public long AvailableBytes { get; } = availableBytes;
}
