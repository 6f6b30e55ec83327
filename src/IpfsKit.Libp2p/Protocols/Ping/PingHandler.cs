using IpfsKit.Libp2p.Hosting;

namespace IpfsKit.Libp2p.Protocols.Ping;

/// <summary>Answers pings by sending back what came. A peer may ping on as long as it does not pause for longer than <see cref="PingOptions.Timeout"/>; the flow control of its streams bounds how fast.</summary>
internal sealed class PingHandler(PingOptions options, TimeProvider timeProvider) : IStreamHandler
{
    /// <inheritdoc/>
    public ProtocolMatcher Protocol { get; } = ProtocolMatcher.Exact(PingProtocol.Id);

    /// <inheritdoc/>
    public StreamHandlerOptions Options { get; } = new() { PerPeer = options.MaxInboundStreamsPerPeer, Service = "ping" };

    /// <inheritdoc/>
    public async Task HandleAsync(IProtocolStream stream, CancellationToken cancellationToken)
    {
        var payload = new byte[PingProtocol.PayloadBytes];
        using var pause = new CancellationTokenSource(options.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, pause.Token);
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(payload, either.Token).ConfigureAwait(false);
                await stream.WriteAsync(payload, either.Token).ConfigureAwait(false);
                pause.CancelAfter(options.Timeout);
            }
        }
        catch (EndOfStreamException)
        {
            // The peer has measured enough.
        }
    }
}
