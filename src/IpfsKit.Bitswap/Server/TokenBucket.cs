namespace IpfsKit.Bitswap.Server;

/// <summary>Holds what is spent to a rate. Something may be spent whenever there is no debt; what is spent beyond what there is becomes debt, so that a block is never held up because it is larger than the bucket. Under the engine's lock.</summary>
internal sealed class TokenBucket
{
    private const double BurstSeconds = 0.05;

    private readonly double _perTick;
    private readonly double _capacity;
    private double _tokens;
    private long _filledAt;

    /// <summary>Makes a full bucket.</summary>
    /// <param name="bytesPerSecond">The rate.</param>
    /// <param name="now">The timestamp.</param>
    /// <param name="frequency">The timestamps in a second.</param>
    public TokenBucket(long bytesPerSecond, long now, long frequency)
    {
        _perTick = (double)bytesPerSecond / frequency;
        // What a timer that is late by some milliseconds would lose; more would be a burst that others wait for.
        _capacity = bytesPerSecond * BurstSeconds;
        _tokens = _capacity;
        _filledAt = now;
    }

    /// <summary>How many timestamps it takes until something may be spent; zero if now.</summary>
    public long Wait(long now)
    {
        _tokens = Math.Min(_capacity, _tokens + ((now - _filledAt) * _perTick));
        _filledAt = now;
        return _tokens >= 0 ? 0 : (long)Math.Ceiling(-_tokens / _perTick);
    }

    /// <summary>Spends.</summary>
    public void Spend(long bytes) => _tokens -= bytes;
}
