using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Security.Noise;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>The second message of the Noise handshake, of a listener who has seen the first one of a dialer with fixed keys.</summary>
internal sealed class NoiseHandshakeTarget : ThrowingTarget
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly byte[] First = Begin(out _);

    private readonly byte[][] _seeds = [Answer([]), Answer("payload"u8), Answer(new byte[1000])];

    public override string Name => "noise-handshake";

    public override IEnumerable<byte[]> Seeds => _seeds;

    /// <summary>Keys, hashes and the copy that is decrypted.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (16 * 1024) + (4 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        Begin(out var handshake);
        using (handshake)
            handshake.ReadMessage(input.ToArray());
    }

    protected override bool IsDeclared(Exception exception) => exception is NoiseHandshakeException;

    /// <summary>The ephemeral key; everything behind it is authenticated, so that it decides whether there is anything to decrypt with the right key.</summary>
    protected override bool PassesHeader(ReadOnlySpan<byte> input)
    {
        foreach (var seed in _seeds)
        {
            if (input.StartsWith(seed.AsSpan(0, 32)))
                return true;
        }

        return false;
    }

    private static byte[] Begin(out NoiseHandshake handshake)
    {
        handshake = new NoiseHandshake(initiator: true, NoiseKeyPair.FromPrivateKey(Secret), [], NoiseKeyPair.FromPrivateKey(Secret));
        var message = new byte[handshake.Overhead];
        handshake.WriteMessage([], message);
        return message;
    }

    private static byte[] Answer(ReadOnlySpan<byte> payload)
    {
        using var keys = NoiseKeyPair.Generate();
        using var listener = new NoiseHandshake(initiator: false, keys, []);
        listener.ReadMessage([.. First]);
        var message = new byte[payload.Length + listener.Overhead];
        listener.WriteMessage(payload, message);
        return message;
    }
}
