namespace IpfsKit.Bitswap.Server;

/// <summary>Where a want is.</summary>
internal enum WantState : byte
{
    /// <summary>It waits to be looked for in the store.</summary>
    Asked,

    /// <summary>It is being looked for.</summary>
    Looking,

    /// <summary>The block is not here; it waits for it to come.</summary>
    Waiting,

    /// <summary>Its answer waits to be sent.</summary>
    Queued,

    /// <summary>Its answer is in a message that is being sent.</summary>
    Sending,

    /// <summary>It has ended.</summary>
    Gone,
}
