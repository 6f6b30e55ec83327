using System.Security.Cryptography;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using NSec.Cryptography;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>Handshakes of Noise, both ends, by the processor time that they take.</summary>
internal static class Handshakes
{
    private const int AtOnce = 8;
    private static readonly string[] Muxers = ["/yamux/1.0.0"];

    /// <summary>Handshakes per second of processor time of both ends.</summary>
    public static async Task<double> MeasureAsync(int count)
    {
        using var dialerKey = PrivateKey.Generate();
        using var listenerKey = PrivateKey.Generate();
        using var dialer = new NoiseProtocol(dialerKey);
        using var listener = new NoiseProtocol(listenerKey);
        var transport = new InMemoryNetwork().CreateTransport();
        await using var listening = await transport.ListenAsync(Multiaddr.Parse("/memory/0"), CancellationToken.None);
        var before = Environment.CpuUsage.TotalTime;
        var accepting = Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, cancellationToken) =>
            await SecureAsync(listener, (await listening.AcceptAsync(cancellationToken))!, null));
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, cancellationToken) =>
            await SecureAsync(dialer, await transport.DialAsync(listening.Address, cancellationToken), listenerKey.PublicKey.PeerId));
        await accepting;
        return count / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    /// <summary>The same of the work that no implementation gets around: six agreements, two new keys, two verifications.</summary>
    public static double MeasureFloor(int count)
    {
        Span<byte> secretKey = stackalloc byte[Curve25519.KeyBytes];
        Span<byte> publicKey = stackalloc byte[Curve25519.KeyBytes];
        Span<byte> agreed = stackalloc byte[Curve25519.KeyBytes];
        RandomNumberGenerator.Fill(secretKey);
        using var signer = Key.Create(SignatureAlgorithm.Ed25519);
        var signed = RandomNumberGenerator.GetBytes(56);
        var signature = SignatureAlgorithm.Ed25519.Sign(signer, signed);
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < count; i++)
        {
            for (var n = 0; n < 2; n++)
            {
                Curve25519.GetPublicKey(secretKey, publicKey);
                if (!SignatureAlgorithm.Ed25519.Verify(signer.PublicKey, signed, signature))
                    throw new InvalidDataException("A signature does not verify.");
            }

            for (var n = 0; n < 6; n++)
                Curve25519.TryAgree(secretKey, publicKey, agreed);
        }

        return count / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    private static async Task SecureAsync(NoiseProtocol protocol, IRawConnection connection, PeerId? expected)
    {
        await using var channel = await protocol.SecureAsync(connection, expected, Muxers, Everybody.Instance, CancellationToken.None);
    }
}
