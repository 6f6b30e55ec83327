using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A private key as key files hold it.</summary>
internal sealed class PrivateKeyTarget : ThrowingTarget
{
    // https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#test-vectors
    private static readonly byte[] Vector = Convert.FromHexString(
        "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e");

    public override string Name => "private-key";

    /// <summary>The form of the spec, that of old Ed25519 files, which has the public key twice, secp256k1 and ECDSA. RSA is left out: what takes a millisecond to refuse would take the time of all others.</summary>
    public override IEnumerable<byte[]> Seeds { get; } =
    [
        Vector,
        [0x08, 0x01, 0x12, 96, .. Vector[4..], .. Vector[36..]],
        Convert.FromHexString(
            "0802122053dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb"),
        Convert.FromHexString(
            "08031279307702010104203e5b1fe9712e6c314942a750bd67485de3c1efe85b1bfb520ae8f9ae3dfa4a4ca00a06082a8648ce3d030107a14403420004de3d300fa36ae0e8f5d530899d83abab44abf3" +
            "161f162a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62"),
    ];

    /// <summary>The points and numbers of the libraries.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (256 * 1024) + (8 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => PrivateKey.Decode(input.Span).Dispose();

    protected override bool IsDeclared(Exception exception) => exception is KeyFormatException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 1 && input[0] == 0x08 && input[1] <= 3;

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        using var key = PrivateKey.Decode(input.Span);
        var encoded = key.Encode();
        Assert.Equal(input.Span[4..encoded.Length].ToArray(), encoded[4..]);
        using var again = PrivateKey.Decode(encoded);
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.True(key.PublicKey.Verify("x"u8, again.Sign("x"u8)));
    }
}
