namespace IpfsKit.Ipld;

/// <summary>A CAR is malformed or ends too early.</summary>
public sealed class CarFormatException(long offset, string reason, Exception? innerException = null)
    : IpldException($"The CAR is not valid at byte {offset}: {reason}.", innerException)
{
    /// <summary>Where in the stream, in bytes from where reading began.</summary>
    public long Offset { get; } = offset;

    /// <summary>What is wrong there.</summary>
    public string Reason { get; } = reason;
}
