using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>One call that waits for a block.</summary>
internal sealed class BlockWaiter(SessionWant want, Cid cid, CancellationToken cancellationToken) : TaskCompletionSource<Block?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>What it waits for.</summary>
    public SessionWant Want { get; } = want;

    /// <summary>The name under which it asked.</summary>
    public Cid Cid { get; } = cid;

    /// <summary>Ends the wait.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The next who waits for the same.</summary>
    public BlockWaiter? NextOfWant { get; set; }
}
