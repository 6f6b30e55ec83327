namespace IpfsKit.Grains.Tickets;

/// <summary>Why a ticket was refused.</summary>
internal enum TicketFault
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The text is no ticket of any version that is understood.</summary>
    Malformed,

    /// <summary>No key of this cluster signed it: it was made up, changed, or its key has been rotated away.</summary>
    Forged,

    /// <summary>It was good once.</summary>
    Expired,

    /// <summary>It is for another silo.</summary>
    WrongSilo,

    /// <summary>It is for another operation.</summary>
    WrongOperation,

    /// <summary>It is for another root.</summary>
    WrongRoot,
}
