using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A public key as peers send it.</summary>
internal sealed class PublicKeyTarget : ThrowingTarget
{
    public override string Name => "public-key";

    // https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#test-vectors
    public override IEnumerable<byte[]> Seeds { get; } =
        [Convert.FromHexString("080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e")];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (8 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => PublicKey.Decode(input.Span);

    protected override bool IsDeclared(Exception exception) => exception is KeyFormatException or UnsupportedKeyTypeException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 1 && input[0] == 0x08 && input[1] <= 3;

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var key = PublicKey.Decode(input.Span);
        Assert.Equal(input.ToArray(), key.Encoded.ToArray());
        Assert.True(PublicKey.TryExtract(key.PeerId, out var extracted));
        Assert.Equal(key, extracted);
    }
}
