using IpfsKit.Ipld;

namespace IpfsKit.Bitswap.Messages;

/// <summary>What goes to a peer in one message. Owns a reference to each of its blocks until it is disposed.</summary>
internal sealed class OutboundMessage : IDisposable
{
    /// <summary>Wants and cancels.</summary>
    public List<WantlistEntry> Wantlist { get; } = [];

    /// <summary>Whether <see cref="Wantlist"/> replaces what was wanted before.</summary>
    public bool IsFull { get; init; }

    /// <summary>The blocks. Their <see cref="Block.Cid"/> is the name under which they were asked for.</summary>
    public List<Block> Blocks { get; } = [];

    /// <summary>Who has what. Left out for peers before 1.2.</summary>
    public List<BlockPresence> Presences { get; } = [];

    /// <summary>How many bytes of blocks wait to be sent to the peer behind this message.</summary>
    public int PendingBytes { get; init; }

    /// <summary>Whether it says anything.</summary>
    public bool IsEmpty => Wantlist.Count == 0 && !IsFull && Blocks.Count == 0 && Presences.Count == 0;

    /// <summary>Gives the blocks back.</summary>
    public void Dispose()
    {
        foreach (var block in Blocks)
            block.Dispose();
        Blocks.Clear();
    }
}
