using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>No peer delivered a block in time.</summary>
public sealed class FetchTimeoutException(Cid cid, TimeSpan idle, int peers, Exception? innerException = null)
    : TimeoutException($"Nothing came of {cid} for {idle.TotalSeconds:0.###} s; {peers} peers were asked.", innerException)
{
    /// <summary>The block.</summary>
    public Cid Cid { get; } = cid;

    /// <summary>How many peers were asked for it.</summary>
    public int Peers { get; } = peers;
}
