using System.Text;
using IpfsKit.Libp2p.PrivateNetworks;

namespace IpfsKit.Libp2p.Tests.PrivateNetworks;

public sealed class PrivateNetworkKeyTests
{
    private const string Hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string Base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Theory]
    [InlineData("/key/swarm/psk/1.0.0/\n/base16/\n" + Hex)]
    [InlineData("/key/swarm/psk/1.0.0/\n/base16/\n" + Hex + "\n")]
    [InlineData("/key/swarm/psk/1.0.0/\r\n/base16/\r\n" + Hex + "\r\n")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base16/\n000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F\n")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base64/\n" + Base64 + "\n")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base64/\n" + Base64)]
    public void Parse_FileThatOthersWrite_IsRead(string file)
    {
        using var key = PrivateNetworkKey.Parse(file);

        Assert.Equal($"/key/swarm/psk/1.0.0/\n/base16/\n{Hex}\n", key.Export());
    }

    [Fact]
    public void Parse_Binary_IsRead()
    {
        using var key = PrivateNetworkKey.Parse([.. "/key/swarm/psk/1.0.0/\n/bin/\n"u8, .. Convert.FromHexString(Hex)]);

        Assert.Contains(Hex, key.Export(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Hex)]
    [InlineData("/key/swarm/psk/2.0.0/\n/base16/\n" + Hex)]
    [InlineData("/key/swarm/psk/1.0.0/\n/base58/\n" + Hex)]
    [InlineData("/key/swarm/psk/1.0.0/\n" + Hex)]
    [InlineData("/key/swarm/psk/1.0.0/\n/base16/\n")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base16/\n" + Hex + "00")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base16/\n0g0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base16/\n" + Hex + "\nmore")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base64/\n" + Hex)]
    [InlineData("/key/swarm/psk/1.0.0/\n/base64/\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh==")]
    [InlineData("/key/swarm/psk/1.0.0/\n/bin/\n" + Hex)]
    public void Parse_AnythingElse_IsRefusedWithoutRepeatingIt(string file)
    {
        var message = Assert.Throws<PrivateNetworkKeyException>(() => PrivateNetworkKey.Parse(file)).Message;

        Assert.DoesNotContain("00010203", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LargeFile_IsRefusedByItsSize() =>
        Assert.Contains("more than 1024", Assert.Throws<PrivateNetworkKeyException>(() => PrivateNetworkKey.Parse(new byte[2000])).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_File_IsRead()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var key = PrivateNetworkKey.Generate();
            File.WriteAllText(path, key.Export(), Encoding.ASCII);
            using var read = PrivateNetworkKey.Load(path);
            Assert.Equal(key.Export(), read.Export());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Fingerprint_NamesTheKeyAndIsNotTheKey()
    {
        using var key = PrivateNetworkKey.Parse($"/key/swarm/psk/1.0.0/\n/base16/\n{Hex}");
        using var same = PrivateNetworkKey.Parse($"/key/swarm/psk/1.0.0/\n/base64/\n{Base64}");
        using var other = PrivateNetworkKey.Generate();

        Assert.Equal(32, key.Fingerprint.Length);
        Assert.Equal(key.Fingerprint, same.ToString());
        Assert.NotEqual(key.Fingerprint, other.Fingerprint);
        Assert.DoesNotContain(key.Fingerprint, key.Export(), StringComparison.Ordinal);
    }
}
