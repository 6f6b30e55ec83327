using CsCheck;
using IpfsKit.Libp2p.PrivateNetworks;
using IpfsKit.TestKit;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace IpfsKit.Libp2p.Tests.PrivateNetworks;

public sealed class XSalsa20Tests
{
    /// <summary>The stream of NaCl's test (tests/stream3.c): its first bytes with the key and nonce of "Cryptography in NaCl", section 8.</summary>
    [Fact]
    public void Apply_NaClsKeyAndNonce_GivesNaClsStream()
    {
        using var cipher = new XSalsa20(
            Convert.FromHexString("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389"),
            Convert.FromHexString("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37"));
        var stream = new byte[32];
        cipher.Apply(stream);

        Assert.Equal("eea6a7251c1e72916d11c2cb214d3c252539121d8e234e652d651fa4c8cff880", Convert.ToHexStringLower(stream));
    }

    [Fact]
    public void Apply_AnyPieces_AreThoseOfBouncyCastle() => Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[24], Gen.Int[0, 3000].Array[1, 8]).Sample(
        (key, nonce, pieces) =>
        {
            var reference = new XSalsa20Engine();
            reference.Init(true, new ParametersWithIV(new KeyParameter(key), nonce));
            using var cipher = new XSalsa20(key, nonce);
            foreach (var bytes in pieces)
            {
                var data = new byte[bytes];
                Random.Shared.NextBytes(data);
                var expected = new byte[bytes];
                reference.ProcessBytes(data, expected);
                var apart = new byte[bytes];
                cipher.Apply(data, apart);
                Assert.Equal(expected, apart);
            }
        },
        iter: Soak.Count(300, 50_000));

    [Theory]
    [InlineData(31, 24)]
    [InlineData(32, 8)]
    public void Constructor_OtherLengths_AreTheCallersMistake(int key, int nonce) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new XSalsa20(new byte[key], new byte[nonce]));
}
