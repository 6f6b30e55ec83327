namespace IpfsKit.Grains.Tickets;

/// <summary>Keeps and rotates the keys that sign tickets. Key: 0. For silos only.</summary>
/// <remarks>Not on the path of a request: silos keep what it answers until it ages (<see cref="TicketService"/>).</remarks>
[Alias("ipfskit.ITicketKeyGrain")]
internal interface ITicketKeyGrain : IGrainWithIntegerKey
{
    /// <summary>The keys that may still verify a ticket, newest first; rotates them first if that is due.</summary>
    [Alias("GetKeys")]
    ValueTask<IReadOnlyList<TicketKey>> GetKeysAsync(CancellationToken cancellationToken = default);
}
