namespace IpfsKit.Grains.Tickets;

/// <summary>How far below its root a read ticket reaches. The numbers are in the ticket's bytes.</summary>
internal enum TicketScope : byte
{
    /// <summary>The root's block alone.</summary>
    Block = 1,

    /// <summary>Everything that is reached from the root by a path.</summary>
    Dag = 2,

    /// <summary>Everything that is reached from a CID that is no registered root: the silo asks no content grain about it.</summary>
    Unregistered = 3,
}
