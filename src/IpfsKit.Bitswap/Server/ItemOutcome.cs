namespace IpfsKit.Bitswap.Server;

/// <summary>What came of reading a block that was to be sent.</summary>
internal enum ItemOutcome : byte
{
    /// <summary>It is in the message, or the answer needs none.</summary>
    Ready,

    /// <summary>It is not here any more.</summary>
    Vanished,

    /// <summary>It cannot be read, now or ever.</summary>
    Unreadable,
}
