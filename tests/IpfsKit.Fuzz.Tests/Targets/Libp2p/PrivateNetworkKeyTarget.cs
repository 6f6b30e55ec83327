using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.PrivateNetworks;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A file <c>swarm.key</c>.</summary>
internal sealed class PrivateNetworkKeyTarget : ThrowingTarget
{
    private static ReadOnlySpan<byte> Header => "/key/swarm/psk/1.0.0/"u8;

    public override string Name => "swarm-key";

    public override IEnumerable<byte[]> Seeds { get; } =
    [
        [.. Header, .. "\n/base16/\n000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"u8],
        [.. Header, .. "\r\n/base64/\r\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\r\n"u8],
        [.. Header, .. "\n/bin/\n"u8, .. new byte[32]],
    ];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes;

    protected override void Decode(ReadOnlyMemory<byte> input) => PrivateNetworkKey.Parse(input.Span).Dispose();

    protected override bool IsDeclared(Exception exception) => exception is PrivateNetworkKeyException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.StartsWith(Header);

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        using var key = PrivateNetworkKey.Parse(input.Span);
        using var again = PrivateNetworkKey.Parse(key.Export());
        Assert.Equal(key.Export(), again.Export());
        Assert.Equal(key.Fingerprint, again.Fingerprint);
    }
}
