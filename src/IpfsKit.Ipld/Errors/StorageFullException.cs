namespace IpfsKit.Ipld;

/// <summary>A put was refused because it would pass a limit of the store or of its disk; nothing was acknowledged, reads go on.</summary>
/// <param name="store">The store: its directory or its name.</param>
/// <param name="limit">Which limit: the option's name, or <c>the disk</c>.</param>
/// <param name="limitBytes">The limit's value in bytes.</param>
/// <param name="neededBytes">The bytes that the put needs.</param>
/// <param name="innerException">What the operating system said, if it was the one to refuse.</param>
public sealed class StorageFullException(string store, string limit, long limitBytes, long neededBytes, Exception? innerException = null)
    : IpldException($"The store '{store}' has no room for {neededBytes} more bytes: {limit} is {limitBytes} bytes. Delete content or raise the limit.", innerException)
{
    /// <summary>The store: its directory or its name.</summary>
    public string Store { get; } = store;

    /// <summary>Which limit: the option's name, or <c>the disk</c>.</summary>
    public string Limit { get; } = limit;

    /// <summary>The limit's value in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>The bytes that the put needs.</summary>
    public long NeededBytes { get; } = neededBytes;
}
