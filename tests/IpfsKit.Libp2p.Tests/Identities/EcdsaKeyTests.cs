using System.Security.Cryptography;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Tests.Identities;

public sealed class EcdsaKeyTests
{
    [Fact]
    public void PublicKey_OnAnotherCurve_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(KeyProtobuf.Encode(KeyType.Ecdsa, key.ExportSubjectPublicKeyInfo())));
        Assert.Throws<KeyFormatException>(() => PrivateKey.Decode(KeyProtobuf.Encode(KeyType.Ecdsa, key.ExportECPrivateKey())));
    }

    [Fact]
    public void PublicKey_NotOnTheCurve_IsRefused()
    {
        var data = SpecKeys.Bytes(SpecKeys.EcdsaPublic);
        data[^1] ^= 1;

        Assert.Throws<KeyFormatException>(() => PublicKey.Decode(data));
    }

    [Fact]
    public void PrivateKey_WithAnothersPublicKey_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = other.ExportParameters(false).Q;
        var data = SpecKeys.Bytes(SpecKeys.EcdsaPrivate);
        q.X!.CopyTo(data, data.Length - 64);
        q.Y!.CopyTo(data, data.Length - 32);

        Assert.Throws<KeyFormatException>(() => PrivateKey.Decode(data));
    }

    [Fact]
    public void PrivateKey_WithMoreBehindIt_IsRefused() =>
        Assert.Throws<KeyFormatException>(() => PrivateKey.Decode(KeyProtobuf.Encode(KeyType.Ecdsa, [.. SpecKeys.Bytes(SpecKeys.EcdsaPrivate)[4..], 0])));
}
