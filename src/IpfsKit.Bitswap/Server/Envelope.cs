namespace IpfsKit.Bitswap.Server;

/// <summary>What goes to a peer in one message: the wants that it answers.</summary>
internal sealed class Envelope(ServedPeer peer, int lane, long startedAt) : IDisposable
{
    private readonly CancellationTokenSource _aborted = new();

    /// <summary>To whom.</summary>
    public ServedPeer Peer { get; } = peer;

    /// <summary>From which lane its blocks are.</summary>
    public int Lane { get; } = lane;

    /// <summary>When it was made, as a timestamp.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>What is answered. Does not change once the envelope is made.</summary>
    public List<EnvelopeItem> Items { get; } = [];

    /// <summary>The bytes of its blocks.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether its peer takes what it is sent, as far as was known when it was made.</summary>
    public bool IsProven { get; } = peer.IsProven && peer.Failures == 0;

    /// <summary>The bytes of the blocks that wait behind it.</summary>
    public long PendingBytes { get; set; }

    /// <summary>Its place among all that are on their way.</summary>
    public LinkedListNode<Envelope>? Node { get; set; }

    /// <summary>Cancelled when it is given up.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>Gives it up. Whoever awaits the token goes on somewhere else, since this is also called from events of the network.</summary>
    public void Abort()
    {
        try
        {
            _ = _aborted.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself meanwhile, which is as good.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _aborted.Dispose();
}
