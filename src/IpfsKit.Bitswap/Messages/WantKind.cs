namespace IpfsKit.Bitswap.Messages;

/// <summary>What is asked for; the values are those of the wire.</summary>
internal enum WantKind : byte
{
    /// <summary>The block.</summary>
    Block = 0,

    /// <summary>Whether the peer has it.</summary>
    Have = 1,
}
