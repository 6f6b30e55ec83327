namespace IpfsKit.Grains.Tickets;

/// <summary>What a ticket allows. The numbers are in the ticket's bytes.</summary>
internal enum TicketOperation : byte
{
    /// <summary>Read below a root.</summary>
    Read = 1,

    /// <summary>Upload.</summary>
    Upload = 2,
}
