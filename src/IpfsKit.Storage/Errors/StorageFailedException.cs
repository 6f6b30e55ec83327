namespace IpfsKit.Storage;

/// <summary>
/// The store stopped accepting writes because the disk failed in a way that leaves unknown what it holds (a failed sync is never
/// retried). Nothing unacknowledged is promised; what can be read is still served; closing and opening the store again rescans it.
/// </summary>
public sealed class StorageFailedException(string store, Exception innerException)
    : StorageException($"The store '{store}' no longer accepts writes: {innerException.Message} Open it again to rescan it.", innerException)
{
    /// <summary>The store's directory.</summary>
    public string Store { get; } = store;
}
