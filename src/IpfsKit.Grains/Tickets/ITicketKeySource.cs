namespace IpfsKit.Grains.Tickets;

/// <summary>Where a silo gets its keys: the grain, or what a test says.</summary>
internal interface ITicketKeySource
{
    /// <summary>The keys that may still verify, newest first; never empty.</summary>
    ValueTask<IReadOnlyList<TicketKey>> GetKeysAsync(CancellationToken cancellationToken);
}
