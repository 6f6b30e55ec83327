namespace IpfsKit.Bitswap.Client;

/// <summary>A peer of a session. Guarded by the client's gate.</summary>
/// <remarks>
/// <see cref="Likelihood"/> is how probable it is that the peer has the next block of the DAG: an average of what it said and delivered. A peer that delivered one block likely has its siblings, so it is asked for blocks
/// without asking first whether it has them.
/// </remarks>
internal sealed class SessionPeer(BitswapSession session, ClientPeer peer)
{
    private const double InitialLikelihood = 0.5;
    private const double Alpha = 0.25;

    /// <summary>Below this likelihood a peer is asked whether it has a block before it is asked for it.</summary>
    public const double LeastLikelihood = 0.25;

    /// <summary>How much more than its latency is asked of a peer in advance, so that it never runs dry, in seconds.</summary>
    private const double Slack = 0.1;

    /// <summary>Whose.</summary>
    public BitswapSession Session { get; } = session;

    /// <summary>Who.</summary>
    public ClientPeer Peer { get; } = peer;

    /// <summary>How probable it is that it has the next block; 0 to 1.</summary>
    public double Likelihood { get; private set; } = InitialLikelihood;

    /// <summary>Whether it has said or shown whether it has anything of the DAG, or was asked.</summary>
    public bool IsProbed { get; set; }

    /// <summary>Blocks in a row that it did not have or deliver.</summary>
    public int MissesInARow { get; private set; }

    /// <summary>Waits in a row that ended without an answer.</summary>
    public int TimeoutsInARow { get; private set; }

    /// <summary>Blocks that this session awaits from it.</summary>
    public int Outstanding { get; set; }

    /// <summary>How many blocks may be outstanding; from the last <see cref="Measure"/>.</summary>
    public int Window { get; private set; }

    /// <summary>Whether the window is filled in this pass.</summary>
    public bool IsFilling { get; private set; }

    /// <summary>Whether one more block can be asked of it.</summary>
    public bool IsFree => IsFilling && Outstanding < Window && Peer.Asks.Count < Session.Options.MaxWantsPerPeer;

    /// <summary>Computes <see cref="Window"/>: what the peer delivers in its latency and some slack.</summary>
    /// <remarks>A window of many blocks is filled again only when an eighth of it is free, so that wants go out in few messages.</remarks>
    public void Measure()
    {
        var options = Session.Options;
        var estimates = Peer.Estimates;
        double blocks = options.InitialWindow;
        if (estimates.KnowsRate)
        {
            var bytes = Math.Min(options.MaxWindowBytes, estimates.Rate * ((1.5 * estimates.Latency) + Slack));
            blocks = bytes / Session.ExpectedBytes / Math.Max(1, Peer.ActiveSessions + (Outstanding == 0 ? 1 : 0));
            if (!estimates.IsSaturated)
                blocks = Math.Max(blocks, options.InitialWindow);
        }

        if (TimeoutsInARow > 0)
            blocks = Math.Min(blocks, 2);
        Window = (int)Math.Clamp(blocks, 2, options.MaxWindow);
        var threshold = Window >= 16 ? Window / 8 : 1;
        IsFilling = Window - Outstanding >= threshold;
    }

    /// <summary>It has a block, or delivered one.</summary>
    public void OnHit(bool delivered)
    {
        IsProbed = true;
        MissesInARow = 0;
        if (delivered)
            TimeoutsInARow = 0;
        Likelihood = delivered ? Math.Max(0.9, Likelihood) : Likelihood + (0.5 * (1 - Likelihood));
    }

    /// <summary>It does not have a block.</summary>
    public void OnMiss()
    {
        IsProbed = true;
        MissesInARow++;
        Likelihood -= Alpha * Likelihood;
    }

    /// <summary>It did not answer.</summary>
    public void OnTimeout()
    {
        TimeoutsInARow++;
        OnMiss();
    }
}
