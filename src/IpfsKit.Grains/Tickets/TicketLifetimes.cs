namespace IpfsKit.Grains.Tickets;

/// <summary>How long tickets and their keys live.</summary>
internal static class TicketLifetimes
{
    /// <summary>How long a ticket works.</summary>
    public static readonly TimeSpan Ticket = TimeSpan.FromMinutes(5);

    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan KeySigns = TimeSpan.FromHours(1);

    /// <summary>How long a silo signs and verifies with what it has fetched before it asks again.</summary>
    public static readonly TimeSpan KeyCache = TimeSpan.FromMinutes(5);

    /// <summary>How long a key verifies: it signs for <see cref="KeySigns"/>, on silos that may see its successor <see cref="KeyCache"/> late, tickets that last <see cref="Ticket"/>; and the
    /// grain that keeps the keys may be away for the rest.</summary>
    public static readonly TimeSpan KeyVerifies = TimeSpan.FromHours(4);

    /// <summary>How often at most an unknown key number makes a silo ask for keys: made-up tickets must not become calls to a grain.</summary>
    public static readonly TimeSpan UnknownKeyInterval = TimeSpan.FromSeconds(1);
}
