using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A public key as peers send it.</summary>
internal sealed class PublicKeyTarget : ThrowingTarget
{
    public override string Name => "public-key";

    /// <summary>One of each kind: https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#test-vectors, and the RSA key of go-libp2p's tests, which is smaller.</summary>
    public override IEnumerable<byte[]> Seeds { get; } =
    [
        Convert.FromHexString(
            "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e"),
        Convert.FromHexString(
            "08021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99"),
        Convert.FromHexString(
            "0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004de3d300fa36ae0e8f5d530899d83abab44abf3161f162a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47" +
            "c646a597fb4dcec034e9f77c409e62"),
        Convert.FromHexString(
            "080012a60230820122300d06092a864886f70d01010105000382010f003082010a0282010100f2b75b418c28ed7aabfe17e90dfb93c13f2ec6381d072f862fb75808b96d227eef2083d31f4a78069f85" +
            "ad6a8c73896ea385a386430d1cc09a90a230f00911515c5538c4b62d897fc665df1150456aec75cdb2310c88f2079c82f56a79375c79e4f840f0eb15213f1972d6a248d684453ce5d3e3ec091f38c2f9" +
            "5c3ab5a1dfb603a9f955ebd9a75814ec5b725bb8882b047dbbae000ad88a5236596ad800c4ccfae3c74d69f8c665741d47972213dd4fdc83d39bab7ccce49f65e2dee7c76cd79c3500aafe7207ad41d8" +
            "43d89ac11e6653b872dfb2c5d790ec4eb6d954aa6e14a55463659edf0a2513c0aad9b8349f259a9b605b3d71dec43b69ee6be851a7530203010001"),
    ];

    /// <summary>The points and numbers of the libraries.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (64 * 1024) + (16 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => PublicKey.Decode(input.Span);

    protected override bool IsDeclared(Exception exception) => exception is KeyFormatException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 1 && input[0] == 0x08 && input[1] <= 3;

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var key = PublicKey.Decode(input.Span);
        Assert.Equal(input.ToArray(), key.Encoded.ToArray());
        Assert.Equal(input.Length <= PeerId.MaxInlineKeyBytes, PublicKey.TryExtract(key.PeerId, out var extracted));
        Assert.True(extracted is null || key.Equals(extracted));
        Assert.False(key.Verify("x"u8, new byte[64]));
    }
}
