namespace IpfsKit.Libp2p.Resources;

/// <summary>What a part of the node may still take of its memory. Thread-safe, and cheap enough for every window that grows.</summary>
/// <remarks>Buffers that a peer can make grow are reserved before they are rented and released after they were returned. What is reserved counts against every scope above it too: connection, peer, system.</remarks>
internal interface IMemoryBudget
{
    /// <summary>Takes a part of it.</summary>
    /// <param name="bytes">How much; more than 0.</param>
    /// <param name="priority">How full the budget may be afterwards.</param>
    /// <returns>False if that is more than there is for this priority; nothing was taken then.</returns>
    bool TryReserve(long bytes, MemoryPriority priority);

    /// <summary>Gives back what was taken.</summary>
    void Release(long bytes);
}
