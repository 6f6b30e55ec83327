namespace IpfsKit.Bitswap.Client;

/// <summary>Seconds since the client began: what is estimated is computed with, so a number serves better than a date.</summary>
internal sealed class ClientClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Now.</summary>
    public double Now => time.GetElapsedTime(_start).TotalSeconds;
}
