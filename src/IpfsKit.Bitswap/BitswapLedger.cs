using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>What was exchanged with a peer.</summary>
/// <param name="Peer">Which.</param>
/// <param name="BytesSent">Bytes of blocks that it got.</param>
/// <param name="BytesReceived">Bytes of blocks that it sent.</param>
/// <param name="Exchanges">Blocks, both ways.</param>
public sealed record BitswapLedger(PeerId Peer, long BytesSent, long BytesReceived, long Exchanges)
{
    /// <summary>Debt: what it got for each byte that it gave (and one, so that there is always an answer).</summary>
    public double DebtRatio => BytesSent / (BytesReceived + 1.0);
}
