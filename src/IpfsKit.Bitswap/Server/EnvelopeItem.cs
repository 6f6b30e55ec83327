namespace IpfsKit.Bitswap.Server;

/// <summary>One answer in an envelope. What it answers is fixed when it is queued, so that the peer may change its want while it is sent.</summary>
internal struct EnvelopeItem(Want want)
{
    /// <summary>What is answered.</summary>
    public readonly Want Want = want;

    /// <summary>The answer.</summary>
    public readonly WantAnswer Answer = want.Answer;

    /// <summary>Whether the peer hears it if the block is gone by now.</summary>
    public readonly bool SendDontHave = want.SendDontHave && want.Peer.HasPresences;

    /// <summary>What came of it, if it was to be a block.</summary>
    public ItemOutcome Outcome;

    /// <summary>The bytes that were sent.</summary>
    public int SentBytes;
}
