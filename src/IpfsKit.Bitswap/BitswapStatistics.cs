namespace IpfsKit.Bitswap;

/// <summary>What was exchanged since the start.</summary>
public sealed record BitswapStatistics
{
    /// <summary>Blocks that were received, duplicates included.</summary>
    public long BlocksReceived { get; init; }

    /// <summary>Their bytes.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Blocks that came although they were here already.</summary>
    public long DuplicateBlocksReceived { get; init; }

    /// <summary>Their bytes.</summary>
    public long DuplicateBytesReceived { get; init; }

    /// <summary>Blocks that nobody had asked for.</summary>
    public long UnwantedBlocksReceived { get; init; }

    /// <summary>Blocks that were sent.</summary>
    public long BlocksSent { get; init; }

    /// <summary>Their bytes.</summary>
    public long BytesSent { get; init; }

    /// <summary>Messages that were received.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>Messages that were sent.</summary>
    public long MessagesSent { get; init; }
}
