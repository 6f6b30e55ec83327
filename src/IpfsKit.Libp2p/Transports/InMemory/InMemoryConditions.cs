namespace IpfsKit.Libp2p;

/// <summary>What a network in memory is like between two ends. Immutable; the same in both directions.</summary>
public sealed record InMemoryConditions
{
    /// <summary>Everything arrives at once.</summary>
    public static InMemoryConditions Perfect { get; } = new();

    /// <summary>How long a byte is on its way, one way. A dial takes twice that, as with TCP.</summary>
    /// <value>0 to 1 minute; default 0.</value>
    public TimeSpan Latency
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(1));
            field = value;
        }
    }

    /// <summary>How many bytes pass in a second, each way.</summary>
    /// <value>1 or more, or null for any number; default null.</value>
    public long? BytesPerSecond
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value ?? 1, nameof(value));
            field = value;
        }
    }

    /// <summary>The share of packets of 1,460 bytes that are lost. Streams are reliable, so a loss shows as a delay of what it hits and of all that comes behind.</summary>
    /// <value>0 to 1; default 0.</value>
    public double LossRate
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 0);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1);
            field = value;
        }
    }

    /// <summary>How much later a packet comes that was lost and sent again.</summary>
    /// <value>0 to 1 minute; default 200 ms, the least that operating systems wait before they send again.</value>
    public TimeSpan RetransmitDelay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(1));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many bytes may be written and not yet read, each way; more wait. Where bandwidth times round trip is more than this, it is what limits the speed.</summary>
    /// <value>4 KiB to 1 GiB; default 32 MiB.</value>
    public int MaxInFlightBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 4 << 10);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1 << 30);
            field = value;
        }
    } = 32 << 20;
}
