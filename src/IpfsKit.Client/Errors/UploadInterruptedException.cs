using IpfsKit.Grains;

namespace IpfsKit.Client;

/// <summary>An upload broke off after part of its source was read, and the source cannot be read again.</summary>
/// <remarks>
/// An upload whose end did not reach the silo leaves nothing visible. One whose last byte did is registered although nobody hears of it, so that its root may
/// be listed; repeating the upload gives the same root.
/// </remarks>
public sealed class UploadInterruptedException(long sentBytes, Exception innerException)
    : IpfsKitException(
        $"The upload broke off after {sentBytes} bytes, and its source cannot be read again: {innerException?.Message} Repeat it with a fresh source.",
        innerException)
{
    /// <summary>The bytes that had been read from the source.</summary>
    public long SentBytes { get; } = sentBytes;
}
