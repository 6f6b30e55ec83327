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

    /// <summary>The same, where a message is all that is saved.</summary>
    private const double LeastSlack = 0.005;

    /// <summary>How many latencies.</summary>
    private const double Ahead = 1.5;

    /// <summary>In how many parts a peer that has enough to do is given more.</summary>
    private const int Batches = 8;

    /// <summary>The same for one that could do more.</summary>
    private const int SmallBatches = 32;

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

    /// <summary>Waits in a row that ended without any answer.</summary>
    public int TimeoutsInARow { get; private set; }

    /// <summary>Blocks that this session awaits from it.</summary>
    public int Outstanding { get; set; }

    /// <summary>How many blocks may be outstanding; from the last <see cref="Measure"/>.</summary>
    public int Window { get; private set; }

    /// <summary>Whether the window is filled in this pass.</summary>
    public bool IsFilling { get; private set; }

    /// <summary>Whether it ever had a block, or said so.</summary>
    public bool HasHit { get; private set; }

    /// <summary>Whether one more block can be asked of it.</summary>
    public bool HasRoom => Outstanding < Window && Peer.Asks.Count < Session.Options.MaxWantsPerPeer;

    /// <summary>Whether one more block should be asked of it in this pass.</summary>
    public bool IsFree => IsFilling && HasRoom;

    /// <summary>Computes <see cref="Window"/>: what the peer delivers in its latency and some slack.</summary>
    /// <remarks>
    /// A peer that has enough to do until a new want could reach it is given wants an eighth of what it has at a time, so that they go out in few messages: a caller that asks for one block for each that comes would else cost a message for
    /// each. What waits for that waits no longer than until the peer has delivered an eighth, or has little left. A peer that could do more is given a thirty-second at a time.
    /// </remarks>
    public void Measure()
    {
        var options = Session.Options;
        var estimates = Peer.Estimates;
        var (blocks, reserve) = ((double)options.InitialWindow, (double)options.InitialWindow);
        if (estimates.KnowsRate)
        {
            var perSecond = estimates.Rate / Session.ExpectedBytes / Math.Max(1, Peer.ActiveSessions + (Outstanding == 0 ? 1 : 0));
            blocks = Math.Min((double)options.MaxWindowBytes / Session.ExpectedBytes, perSecond * ((Ahead * estimates.Latency) + Slack));
            reserve = perSecond * ((Ahead * estimates.Latency) + LeastSlack);
            if (!estimates.IsSaturated)
                blocks = Math.Max(blocks, options.InitialWindow);
        }

        if (TimeoutsInARow > 0)
            blocks = Math.Min(blocks, 2);
        Window = (int)Math.Clamp(blocks, 2, options.MaxWindow);
        var most = Math.Min(Window - Outstanding, Session.Wants.Queue.Count);
        IsFilling = most >= Math.Max(1, Outstanding / (Outstanding < reserve ? SmallBatches : Batches));
    }

    /// <summary>It has a block, or delivered one.</summary>
    public void OnHit(bool delivered)
    {
        IsProbed = HasHit = true;
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

    /// <summary>It did not answer in time.</summary>
    /// <param name="isSilent">Whether nothing else came of it either.</param>
    public void OnTimeout(bool isSilent)
    {
        if (isSilent)
            TimeoutsInARow++;
        OnMiss();
    }
}
