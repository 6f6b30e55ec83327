using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Benchmarks.Runner.Libp2p.Attacks;

/// <summary>A handshake in order, and then frames of yamux as fast as they go, until the host has had enough.</summary>
/// <param name="name">As in the name of its figure.</param>
/// <param name="frames">The frames of a step; every step of a connection has the next.</param>
internal sealed class FrameAttack(string name, Func<int, byte[]> frames) : Attack(name)
{
    private const int FramesOfAStep = 256;
    private const int Steps = 40;

    private readonly byte[][] _steps = [.. Enumerable.Range(0, Steps).Select(frames)];
    private readonly NoiseProtocol _identity = NewIdentity();

    /// <summary>New streams and nothing else.</summary>
    public static byte[] Syns(int step) =>
        Frames(step, stream => [new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, stream, 0)]);

    /// <summary>New streams that are reset at once.</summary>
    public static byte[] Resets(int step) =>
        Frames(
            step,
            stream =>
            [
                new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, stream, 0),
                new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, stream, 0),
            ]);

    /// <summary>Pings that want their answer.</summary>
    public static byte[] Pings(int step) =>
        Frames(step, value => [new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, value)]);

    public override async Task RunAsync(IRawConnection connection, ProcessorShare share, CancellationToken cancellationToken)
    {
        await using (connection)
        {
            await MultistreamSelect.SelectAsync(new RawNegotiationChannel(connection), [NoiseProtocol.ProtocolId], cancellationToken);
            await using var channel = await _identity.SecureAsync(connection, null, [YamuxMuxer.ProtocolId], Everybody.Instance, cancellationToken);
            foreach (var step in _steps)
            {
                await share.WaitAsync(cancellationToken);
                await channel.SendAsync(Seal(channel.Sealer, step), cancellationToken);
            }
        }
    }

    private static NoiseProtocol NewIdentity()
    {
        using var key = PrivateKey.Generate();
        return new NoiseProtocol(key);
    }

    private static byte[] Frames(int step, Func<uint, YamuxHeader[]> ofStream)
    {
        // A dialer's streams are odd.
        var headers = Enumerable.Range(step * FramesOfAStep, FramesOfAStep).SelectMany(n => ofStream((uint)((n * 2) + 1))).ToArray();
        var bytes = new byte[headers.Length * YamuxHeader.Bytes];
        for (var i = 0; i < headers.Length; i++)
            headers[i].Write(bytes.AsSpan(i * YamuxHeader.Bytes));
        return bytes;
    }

    private static byte[] Seal(IFrameSealer sealer, byte[] plain)
    {
        var frame = new byte[sealer.PrefixBytes + plain.Length + sealer.SuffixBytes];
        plain.CopyTo(frame, sealer.PrefixBytes);
        sealer.Seal(frame);
        return frame;
    }
}
