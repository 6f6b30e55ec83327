using System.Text.Json;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Security.Noise;

/// <summary>The vector of cacophony for the handshake that libp2p uses; facts, kept here because they are few.</summary>
public sealed class NoiseVectorTests
{
    private static readonly byte[] Prologue = Hex("4a6f686e2047616c74");

    private static readonly (string Payload, string Message)[] Handshake =
    [
        ("4c756477696720766f6e204d69736573", "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573"),
        ("4d757272617920526f746862617264",
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884381cbad1f276e038c48378ffce2b65285e08d6b68aaa3629a5a8639392490e5b9bd5269c2f1e4f488ed8831161f19b7815528f8982ffe09be9b5c412f8a0db50f8814c7194e83f23dbd8d162c9326ad"),
        ("462e20412e20486179656b",
            "c7195ffacac1307ff99046f219750fc47693e23c3cb08b89c2af808b444850a80ae475b9df0f169ae80a89be0865b57f58c9fea0d4ec82a286427402f113e4b6ae769a1d95941d49b25030"),
    ];

    private static readonly (string Payload, string Message)[] Transport =
    [
        ("4361726c204d656e676572", "96763ed773f8e47bb3712f0e29b3060ffc956ffc146cee53d5e1df"),
        ("4a65616e2d426170746973746520536179", "3e40f15f6f3a46ae446b253bf8b1d9ffb6ed9b174d272328ff91a7e2e5c79c07f5"),
        ("457567656e2042f6686d20766f6e2042617765726b", "eb3f3515110702e047a6c9da4478b6ead94873c11c0f2d710ddb3f09fce024b3a58502ae3f"),
    ];

    [Fact]
    public void Handshake_CacophonyVector_GivesItsBytes()
    {
        using var initiatorStatic = NoiseKeyPair.FromPrivateKey(Hex("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"));
        using var responderStatic = NoiseKeyPair.FromPrivateKey(Hex("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893"));
        using var initiator = new NoiseHandshake(true, initiatorStatic, Prologue,
            NoiseKeyPair.FromPrivateKey(Hex("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a")));
        using var responder = new NoiseHandshake(false, responderStatic, Prologue,
            NoiseKeyPair.FromPrivateKey(Hex("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b")));

        for (var i = 0; i < Handshake.Length; i++)
        {
            var (from, to) = i == 1 ? (responder, initiator) : (initiator, responder);
            Assert.True(from.IsOwnTurn);
            Assert.False(to.IsOwnTurn);
            Assert.Equal(Handshake[i].Message, Write(from, Handshake[i].Payload));
            Assert.Equal(Handshake[i].Payload, Convert.ToHexStringLower(to.ReadMessage(Hex(Handshake[i].Message))));
        }

        Assert.True(initiator.IsComplete && responder.IsComplete);
        Assert.Equal("c8e5f64e846193be2a834104c2a009868d6c9f3bd3c186299888b488b2f1f58e", Convert.ToHexStringLower(initiator.HandshakeHash));
        Assert.Equal(initiator.HandshakeHash, responder.HandshakeHash);
        Assert.Equal(responderStatic.PublicKey, initiator.RemoteStaticKey);
        Assert.Equal(initiatorStatic.PublicKey, responder.RemoteStaticKey);
        AssertTransport(initiator, responder);
    }

    /// <summary>The same numbers from the public copy, so that neither has a slip of the pen.</summary>
    [Fact]
    public void Handshake_CacophonyFile_HasTheNumbersOfThisTest()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path("noise", "cacophony-xx-25519-chachapoly-sha256.json")));
        var messages = file.RootElement.GetProperty("vectors")[0].GetProperty("messages").EnumerateArray()
            .Select(message => (message.GetProperty("payload").GetString()!, message.GetProperty("ciphertext").GetString()!));

        Assert.Equal(Handshake.Concat(Transport), messages);
    }

    private static void AssertTransport(NoiseHandshake initiator, NoiseHandshake responder)
    {
        var (initiatorSend, initiatorReceive) = initiator.Split();
        var (responderSend, responderReceive) = responder.Split();
        using (initiatorSend)
        using (initiatorReceive)
        using (responderSend)
        using (responderReceive)
        {
            for (var i = 0; i < Transport.Length; i++)
            {
                var (send, receive) = i % 2 == 0 ? (responderSend, initiatorReceive) : (initiatorSend, responderReceive);
                var plain = Hex(Transport[i].Payload);
                var sealedBytes = new byte[plain.Length + NoiseConstants.TagBytes];
                send.Encrypt(plain, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), []);
                Assert.Equal(Transport[i].Message, Convert.ToHexStringLower(sealedBytes));
                Assert.True(receive.TryDecrypt(sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), sealedBytes.AsSpan(0, plain.Length), []));
                Assert.Equal(plain, sealedBytes[..plain.Length]);
            }
        }
    }

    private static string Write(NoiseHandshake from, string payload)
    {
        var bytes = Hex(payload);
        var message = new byte[bytes.Length + from.Overhead];
        Assert.Equal(message.Length, from.WriteMessage(bytes, message));
        return Convert.ToHexStringLower(message);
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex);
}
