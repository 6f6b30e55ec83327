namespace IpfsKit.Grains.Tickets;

/// <summary>What is kept of the ticket keys. A format: add, never rename.</summary>
internal sealed record TicketKeyState
{
    /// <summary>The keys, newest first.</summary>
    public IReadOnlyList<StoredTicketKey> Keys { get; init; } = [];
}

/// <summary>A stored key.</summary>
internal sealed record StoredTicketKey(uint Id, byte[] Secret, DateTimeOffset CreatedAt);
