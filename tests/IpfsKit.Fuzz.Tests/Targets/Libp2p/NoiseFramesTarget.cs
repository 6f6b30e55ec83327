using System.Buffers;
using System.Buffers.Binary;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>What comes over a connection behind a Noise handshake, in parts.</summary>
internal sealed class NoiseFramesTarget : ThrowingTarget
{
    private const int LengthBytes = 2;
    private const int TagBytes = 16;

    private static readonly PublicKey Peer = PrivateKey.Generate().PublicKey;
    private static readonly byte[] Key = new byte[32];

    public override string Name => "noise-frames";

    public override IEnumerable<byte[]> Seeds { get; } = [Frames(1), Frames(0, 5, 100), Frames(3000, 1)];

    /// <summary>The channel with its ciphers; buffers come from the pool.</summary>
    public override long GetAllowedBytes(int inputBytes) => (3 * ExceptionBytes) + (8 * 1024) + (16 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        var connection = new BytesConnection(input);
        var memory = new CountingBudget();
        var channel = new NoiseChannel(connection, new SecureSession(NoiseProtocol.ProtocolId, Peer, connection, null), new NoiseCipher(Key), new NoiseCipher(Key), memory, ArrayPool<byte>.Shared);
        ConnectionClosedException? end = null;
        try
        {
            ReadToEnd(channel, input.Length);
        }
        catch (ConnectionClosedException exception)
        {
            end = exception;
        }

        channel.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (memory.Reserved != 0)
            throw new InvalidOperationException($"{memory.Reserved} bytes are left.");
        if (end is not null)
            throw end;
    }

    protected override bool IsDeclared(Exception exception) => exception is ConnectionClosedException;

    /// <summary>A first frame that is all there, so that its authenticator is looked at.</summary>
    protected override bool PassesHeader(ReadOnlySpan<byte> input) =>
        input.Length >= LengthBytes && BinaryPrimitives.ReadUInt16BigEndian(input) is >= TagBytes and var length && input.Length - LengthBytes >= length;

    private static void ReadToEnd(NoiseChannel channel, int most)
    {
        var plain = 0;
        while (channel.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { IsEmpty: false } part)
            plain += part.Length;
        if (plain > most)
            throw new InvalidOperationException($"{plain} bytes came out of {most}.");
    }

    private static byte[] Frames(params int[] plainBytes)
    {
        using var cipher = new NoiseCipher(Key);
        var sealer = new NoiseSealer(cipher);
        byte[] frames = [];
        foreach (var bytes in plainBytes)
        {
            var frame = new byte[sealer.PrefixBytes + bytes + sealer.SuffixBytes];
            sealer.Seal(frame);
            frames = [.. frames, .. frame];
        }

        return frames;
    }
}
