using IpfsKit.Libp2p;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>The custom protocols of <c>tests/peers/streams.mjs</c>, on this side.</summary>
internal static class Handlers
{
    public const string Echo = "/test/echo/1.0.0";
    public const string Hash = "/test/hash/1.0.0";
    public const string Reset = "/test/reset/1.0.0";

    public static LocalPeer WithTestProtocols(this LocalPeer peer)
    {
        peer.Handle(Echo, EchoAsync);
        peer.Handle(Hash, HashAsync);
        peer.Handle(Reset, ResetAsync);
        return peer;
    }

    private static async Task EchoAsync(IMuxedStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[256 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken) is var read && read > 0)
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        await stream.CompleteWritesAsync(cancellationToken);
    }

    private static async Task HashAsync(IMuxedStream stream, CancellationToken cancellationToken)
    {
        var (_, hash) = await Pattern.DrainAsync(stream, cancellationToken);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(hash), cancellationToken);
        await stream.CompleteWritesAsync(cancellationToken);
    }

    private static async Task ResetAsync(IMuxedStream stream, CancellationToken cancellationToken)
    {
        await stream.ReadAsync(new byte[1], cancellationToken);
        stream.Reset();
    }
}
