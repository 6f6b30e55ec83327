using System.Buffers.Binary;
using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Noise.Messages;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Tests.Security.Noise;

/// <summary>Peers that do Noise right and libp2p wrong.</summary>
public sealed class NoiseProtocolTests : IDisposable
{
    private readonly PrivateKey _identity = PrivateKey.Generate();
    private readonly PrivateKey _other = PrivateKey.Generate();
    private readonly NoiseKeyPair _static = NoiseKeyPair.Generate();
    private readonly NoiseProtocol _protocol;

    public NoiseProtocolTests() => _protocol = new NoiseProtocol(_identity);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SecureAsync_PayloadAsOtherImplementationsMayWriteIt_IsAccepted()
    {
        var payload = new NoiseHandshakePayload
        {
            IdentityKey = ByteString.CopyFrom(_other.PublicKey.Encoded.Span),
            IdentitySig = ByteString.CopyFrom(NoisePayload.SignStaticKey(_other, _static.PublicKey)),
            Extensions = new NoiseExtensions { StreamMuxers = { "/mplex/6.7.0", "/yamux/1.0.0" }, WebtransportCerthashes = { ByteString.CopyFrom(1, 2) } },
        }.ToByteArray();

        // Fields of earlier and later versions of the protocol.
        await using var channel = await RespondAsync([.. payload, 0x1a, 1, 9, 0x7a, 2, 8, 8], ["/yamux/1.0.0"]);

        Assert.Equal(_other.PublicKey, channel.Session.RemoteKey);
        Assert.Equal("/yamux/1.0.0", channel.Session.Muxer);
    }

    [Fact]
    public async Task SecureAsync_SignatureOfAnotherIdentity_IsRefused() =>
        await AssertRefusedAsync("signature", NoisePayload.Encode(_other.PublicKey, NoisePayload.SignStaticKey(_identity, _static.PublicKey), []));

    [Fact]
    public async Task SecureAsync_SignatureOverAnotherStaticKey_IsRefused()
    {
        using var another = NoiseKeyPair.Generate();
        await AssertRefusedAsync("signature", NoisePayload.Encode(_other.PublicKey, NoisePayload.SignStaticKey(_other, another.PublicKey), []));
    }

    [Fact]
    public async Task SecureAsync_PayloadThatIsNone_IsRefused()
    {
        await AssertRefusedAsync("identity key", []);
        await AssertRefusedAsync("protobuf", [0xff, 0xff]);
        await AssertRefusedAsync("protobuf", [0x0a, 0x7f, 1]);
        await AssertRefusedAsync("identity key", new NoiseHandshakePayload { IdentityKey = ByteString.CopyFrom(new byte[2000]) }.ToByteArray());
        await AssertRefusedAsync("signature", new NoiseHandshakePayload { IdentityKey = ByteString.CopyFrom(_other.PublicKey.Encoded.Span) }.ToByteArray());
    }

    [Fact]
    public async Task SecureAsync_MessageOverTheLimit_IsRefusedByItsLength()
    {
        var (near, far) = DuplexConnection.CreatePair();
        var securing = _protocol.SecureAsync(far, null, [], Token).AsTask();
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, NoiseProtocol.MaxHandshakeMessageBytes + 1);
        await near.WriteAsync(length, Token);

        Assert.Contains("more than 16384", (await Assert.ThrowsAsync<SecurityHandshakeException>(() => securing)).Message, StringComparison.Ordinal);
    }

    /// <summary>With these public keys every secret is zero, and known to everybody.</summary>
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    public async Task SecureAsync_EphemeralKeyOfLowOrder_IsRefused(string key)
    {
        var (near, far) = DuplexConnection.CreatePair();
        var securing = _protocol.SecureAsync(far, null, [], Token).AsTask();
        await near.WriteAsync((byte[])[0, 32, .. Convert.FromHexString(key)], Token);

        Assert.Contains("zero", (await Assert.ThrowsAsync<SecurityHandshakeException>(() => securing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecureAsync_AsInitiator_SaysNothingInTheFirstMessage()
    {
        var (near, far) = DuplexConnection.CreatePair();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var securing = _protocol.SecureAsync(near, null, ["/yamux/1.0.0"], source.Token).AsTask();
        var message = new byte[1000];

        Assert.Equal(34, await far.ReadAsync(message, Token));
        Assert.Equal(32, BinaryPrimitives.ReadUInt16BigEndian(message));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => securing);
    }

    [Theory]
    [InlineData(KeyType.Secp256k1)]
    [InlineData(KeyType.Ecdsa)]
    [InlineData(KeyType.Rsa)]
    public async Task SecureAsync_IdentitiesOfEveryType_AreKnown(KeyType type)
    {
        using var identity = PrivateKey.Generate(type);
        using var protocol = new NoiseProtocol(identity);
        await using var pair = await SecurePair.CreateAsync(protocol, _protocol, _identity.PublicKey);

        Assert.Equal(identity.PublicKey, pair.Listener.Session.RemoteKey);
    }

    public void Dispose()
    {
        _protocol.Dispose();
        _static.Dispose();
        _identity.Dispose();
        _other.Dispose();
    }

    private async Task AssertRefusedAsync(string reason, byte[] payload) =>
        Assert.Contains(reason, (await Assert.ThrowsAsync<SecurityHandshakeException>(() => RespondAsync(payload, []))).Message, StringComparison.Ordinal);

    /// <summary>Connects the protocol, as initiator, to a responder with this payload.</summary>
    private async Task<IpfsKit.Libp2p.Security.ISecureChannel> RespondAsync(byte[] payload, string[] muxers)
    {
        var (near, far) = DuplexConnection.CreatePair();
        var securing = _protocol.SecureAsync(near, null, muxers, Token).AsTask();
        using var handshake = new NoiseHandshake(false, _static, []);
        var message = new byte[34];
        Assert.True(await far.TryReadExactlyAsync(message, Token));
        handshake.ReadMessage(message.AsSpan(2));
        var answer = new byte[2 + payload.Length + handshake.Overhead];
        handshake.WriteMessage(payload, answer.AsSpan(2));
        BinaryPrimitives.WriteUInt16BigEndian(answer, (ushort)(answer.Length - 2));
        await far.WriteAsync(answer, Token);
        return await securing;
    }
}
