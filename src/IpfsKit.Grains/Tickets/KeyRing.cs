namespace IpfsKit.Grains.Tickets;

/// <summary>The keys that a silo has fetched, and when.</summary>
internal sealed class KeyRing(IReadOnlyList<TicketKey> keys, DateTimeOffset fetchedAt)
{
    /// <summary>The key that signs.</summary>
    public TicketKey Newest => keys[0];

    /// <summary>Whether it is time to ask again.</summary>
    public bool IsStale(DateTimeOffset now) => HasPassed(TicketLifetimes.KeyCache, now);

    /// <summary>Whether a ticket signed now can be verified as long as it lasts.</summary>
    public bool CanSign(DateTimeOffset now) => now - Newest.CreatedAt < TicketLifetimes.KeyVerifies - TicketLifetimes.Ticket;

    /// <summary>The key of that number, if it still verifies.</summary>
    public TicketKey? Find(uint id, DateTimeOffset now)
    {
        foreach (var key in keys)
        {
            if (key.Id == id)
                return now - key.CreatedAt < TicketLifetimes.KeyVerifies ? key : null;
        }

        return null;
    }

    /// <summary>Whether an unknown number may be of a key made since; at most once per <see cref="TicketLifetimes.UnknownKeyInterval"/>.</summary>
    public bool MayHaveMissed(uint id, DateTimeOffset now) =>
        id > Newest.Id && HasPassed(TicketLifetimes.UnknownKeyInterval, now);

    /// <summary>Of a clock that was set back nobody knows how much has passed: enough. The answer then is as old as its new time says.</summary>
    private bool HasPassed(TimeSpan interval, DateTimeOffset now) => now < fetchedAt || now - fetchedAt >= interval;

    /// <summary>The same keys, to be asked for again a little later: the source did not answer.</summary>
    public KeyRing Retry(DateTimeOffset now) => new(keys, now - TicketLifetimes.KeyCache + TicketLifetimes.UnknownKeyInterval);
}
