namespace IpfsKit.Bitswap.Client;

/// <summary>How fast a peer answers and delivers; shared by all sessions and kept for a while after the peer has left. Not thread-safe.</summary>
/// <remarks>
/// <para><b>Latency</b> is an average (α = 0.5) of the times of answers that nothing of the peer's queue delayed: whether it has a block, and blocks that were asked for when nothing else was.</para>
/// <para><b>Rate.</b> Each block gives a sample: what the peer delivered since the block was asked for, over that time. While too little is asked to fill the path, that is only a lower bound, so it may raise the
/// estimate and not lower it; the path is full when blocks take notably longer than the latency.</para>
/// <para><b>Patience</b> is twice the latency, or three times the longest pause between blocks of the last seconds if that is more: on a machine that has too much to do blocks come in bursts, and a peer that is given up in between sends
/// them all the same.</para>
/// </remarks>
internal sealed class PeerEstimates
{
    /// <summary>How long an answer is awaited from a peer of which nothing is known, in seconds.</summary>
    public const double UnknownTimeout = 5;

    /// <summary>The shortest wait for an answer, in seconds: what a busy machine, or a pause of its collector, takes without anything being wrong.</summary>
    public const double ShortestTimeout = 0.2;

    /// <summary>How long a peer must be silent before that can be its last word, in seconds.</summary>
    public const double LeastSilence = 1;

    /// <summary>The longest wait for an answer of a peer without a queue, in seconds.</summary>
    public const double LongestTimeout = 7;

    private const double Alpha = 0.5;
    private const double FallAlpha = 0.25;
    private const double GapsOfSilence = 3;
    private const double GapHalfLife = 5;
    private const double PriorLatency = 0.1;
    private const double PriorRate = 1 << 20;

    private double _latency;
    private double _rate;
    private double _gap;

    /// <summary>Whether it has ever answered.</summary>
    public bool KnowsLatency { get; private set; }

    /// <summary>Whether it has ever delivered.</summary>
    public bool KnowsRate { get; private set; }

    /// <summary>Whether <see cref="Rate"/> is what the path can do, not only what was asked of it.</summary>
    public bool IsSaturated { get; private set; }

    /// <summary>Bytes of wanted blocks that it delivered.</summary>
    public long DeliveredBytes { get; private set; }

    /// <summary>When it delivered last, in seconds of the clock.</summary>
    public double LastArrival { get; private set; } = double.NegativeInfinity;

    /// <summary>Seconds until it answers.</summary>
    public double Latency => KnowsLatency ? _latency : PriorLatency;

    /// <summary>Bytes a second.</summary>
    public double Rate => KnowsRate ? _rate : PriorRate;

    /// <summary>It said whether it has a block.</summary>
    /// <param name="elapsed">Seconds since it was asked.</param>
    /// <param name="wasIdle">Whether no blocks were awaited from it then.</param>
    public void OnPresence(double elapsed, bool wasIdle)
    {
        if (wasIdle || !KnowsLatency || elapsed < _latency)
            AddLatency(elapsed);
    }

    /// <summary>It delivered.</summary>
    /// <param name="bytes">The block.</param>
    /// <param name="elapsed">Seconds since it was asked.</param>
    /// <param name="deliveredAtAsk"><see cref="DeliveredBytes"/> when it was asked.</param>
    /// <param name="wasIdle">Whether no other blocks were awaited from it then.</param>
    /// <param name="now">The time.</param>
    public void OnBlock(int bytes, double elapsed, long deliveredAtAsk, bool wasIdle, double now)
    {
        DeliveredBytes += bytes;
        AddGap(elapsed, now);
        LastArrival = now;
        elapsed = Math.Max(elapsed, 1e-6);
        var sample = (DeliveredBytes - deliveredAtAsk) / elapsed;
        var isFull = KnowsLatency && !wasIdle && elapsed > (1.25 * _latency) + 0.005;
        if (!KnowsRate)
            _rate = sample;
        else if (sample > _rate)
            _rate += Alpha * (sample - _rate);
        else if (isFull)
            _rate += FallAlpha * (sample - _rate);
        KnowsRate = true;
        IsSaturated |= isFull;
        if (wasIdle)
            AddLatency(IsSaturated ? Math.Max(elapsed - (bytes / _rate), elapsed / 2) : elapsed);
    }

    /// <summary>It sent what it was asked for, after somebody else had: it may not be as dead as it was taken for.</summary>
    /// <param name="now">The time.</param>
    public void OnLateBlock(double now)
    {
        AddGap(double.PositiveInfinity, now);
        LastArrival = now;
    }

    /// <summary>Seconds until <paramref name="bytes"/> are here, if they are asked for now and everything goes as always.</summary>
    public double Expect(double bytes) => Latency + (bytes / Rate);

    /// <summary>Seconds after which an answer to "do you have it" is taken for a no.</summary>
    public double PresenceTimeout => KnowsLatency ? Math.Clamp(Math.Max(2 * _latency, GapsOfSilence * _gap), ShortestTimeout, LongestTimeout) : UnknownTimeout;

    /// <summary>Seconds after which a block that was asked for is taken for missing.</summary>
    /// <param name="bytes">The block and all that was asked for before it, as far as it can be foreseen.</param>
    public double BlockTimeout(long bytes) => KnowsRate ? PresenceTimeout + (2 * bytes / _rate) : UnknownTimeout + (2 * bytes / PriorRate);

    /// <summary>Remembers the longest pause between blocks of late: a peer whose blocks come in bursts is not dead between them.</summary>
    private void AddGap(double elapsed, double now)
    {
        var since = now - LastArrival;
        if (double.IsInfinity(since))
            _gap = double.IsInfinity(elapsed) ? 0 : elapsed;
        else
            _gap = Math.Max(Math.Min(elapsed, since), _gap * Math.Pow(0.5, since / GapHalfLife));
    }

    private void AddLatency(double sample)
    {
        _latency = KnowsLatency ? _latency + (Alpha * (sample - _latency)) : sample;
        KnowsLatency = true;
    }
}
