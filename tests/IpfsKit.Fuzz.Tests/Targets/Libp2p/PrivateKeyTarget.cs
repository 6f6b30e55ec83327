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

    /// <summary>The form of the spec, and that of old files, which has the public key twice.</summary>
    public override IEnumerable<byte[]> Seeds { get; } = [Vector, [0x08, 0x01, 0x12, 96, .. Vector[4..], .. Vector[36..]]];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (8 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => PrivateKey.Decode(input.Span).Dispose();

    protected override bool IsDeclared(Exception exception) => exception is KeyFormatException or UnsupportedKeyTypeException;

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
