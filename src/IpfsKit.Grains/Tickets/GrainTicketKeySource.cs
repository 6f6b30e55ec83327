namespace IpfsKit.Grains.Tickets;

/// <summary>The keys of <see cref="ITicketKeyGrain"/>.</summary>
internal sealed class GrainTicketKeySource(IGrainFactory grains) : ITicketKeySource
{
    public ValueTask<IReadOnlyList<TicketKey>> GetKeysAsync(CancellationToken cancellationToken) =>
        grains.GetGrain<ITicketKeyGrain>(0).GetKeysAsync(cancellationToken);
}
