using IpfsKit.Libp2p;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Memory for what a stream carries, which counts against the limits of the stream, its peer and the node. For one reader.</summary>
/// <remarks>
/// Where there is none the reader waits for what others give back, and the peer with it: to reset the stream would lose what the peer has just sent and counts as sent. A reader that waits holds at most the memory for one wantlist, so that
/// those who have theirs come to an end; whoever has waited for <see cref="Patience"/> in vain gives up.
/// </remarks>
internal sealed class StreamMemory(IMuxedStream stream, ReadDeadline deadline)
{
    /// <summary>How long memory is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes memory; completes when there is some.</summary>
    /// <exception cref="ResourceLimitExceededException">There was none for too long.</exception>
    public ValueTask ReserveAsync(int bytes) => stream.TryReserveMemory(bytes) ? default : WaitAsync(bytes);

    /// <summary>Gives memory back.</summary>
    public void Release(int bytes) => stream.ReleaseMemory(bytes);

    private async ValueTask WaitAsync(int bytes)
    {
        // Nobody says when memory is given back: the limits are of streams, peers and the node at once.
        deadline.Pause();
        var waited = TimeSpan.Zero;
        for (var look = FirstLook; waited < Patience; look = look * 2 < LongestLook ? look * 2 : LongestLook)
        {
            await deadline.DelayAsync(look).ConfigureAwait(false);
            waited += look;
            if (!stream.TryReserveMemory(bytes))
                continue;
            deadline.Resume();
            return;
        }

        throw new ResourceLimitExceededException("stream", "memory", bytes);
    }
}
