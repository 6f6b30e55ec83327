using IpfsKit.Libp2p.Protocols.Identify.Wire;

namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>Identify messages over streams.</summary>
internal static class IdentifyStreams
{
    /// <summary>Reads all messages to the end.</summary>
    /// <exception cref="ProtocolViolationException">There are too many, one is too large, or one is malformed.</exception>
    public static async Task<IdentifyMessage> ReceiveAsync(IMuxedStream stream, CancellationToken cancellationToken)
    {
        var merged = new IdentifyMessage();
        for (var count = 0; ; count++)
        {
            using var message = await stream.ReadLengthPrefixedAsync(IdentifyProtocol.MaxMessageBytes, cancellationToken).ConfigureAwait(false);
            if (message is null)
                return count > 0 ? merged : throw new ProtocolViolationException("The peer does not say who it is.");
            if (count == IdentifyProtocol.MaxMessages)
                throw new ProtocolViolationException($"The peer sends more than {IdentifyProtocol.MaxMessages} identify messages.");
            IdentifyCodec.Merge(merged, message.Memory.Span);
        }
    }

    /// <summary>Writes a message, in parts if it is large, and ends this side.</summary>
    public static async Task SendAsync(IMuxedStream stream, IdentifyMessage message, CancellationToken cancellationToken)
    {
        foreach (var part in IdentifyCodec.Split(message))
            await stream.WriteLengthPrefixedAsync(part, cancellationToken).ConfigureAwait(false);
        await stream.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
    }
}
