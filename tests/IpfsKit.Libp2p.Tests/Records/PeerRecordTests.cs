using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Records;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Records;

public sealed class PeerRecordTests : IDisposable
{
    private readonly PrivateKey _key = PrivateKey.Generate();

    [Fact]
    public void Open_RecordThatGoMade_IsRead()
    {
        var record = PeerRecord.Open(Convert.FromHexString(GoVectors.Envelope));
        using var key = PrivateKey.Decode(Convert.FromHexString(GoVectors.PrivateKey));

        Assert.Equal(key.PublicKey.PeerId, record.PeerId);
        Assert.Equal(key.PublicKey, record.Envelope.Signer);
        Assert.Equal(1598453001624231000UL, record.Sequence);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => Multiaddr.Parse($"/ip4/1.2.3.4/tcp/{i}")), record.Addresses);
    }

    [Fact]
    public void Seal_SameRecordAsGo_HasTheSameBytes()
    {
        using var key = PrivateKey.Decode(Convert.FromHexString(GoVectors.PrivateKey));

        var record = PeerRecord.Seal(key, 1598453001624231000UL, [.. Enumerable.Range(0, 10).Select(i => Multiaddr.Parse($"/ip4/1.2.3.4/tcp/{i}"))]);

        Assert.Equal(GoVectors.Envelope, Convert.ToHexStringLower(record.Envelope.Encoded.Span));
    }

    [Theory]
    [InlineData(KeyType.Ed25519)]
    [InlineData(KeyType.Secp256k1)]
    [InlineData(KeyType.Ecdsa)]
    [InlineData(KeyType.Rsa)]
    public void Open_OwnRecord_IsTheSame(KeyType type)
    {
        using var key = PrivateKey.Generate(type);
        var sealedRecord = PeerRecord.Seal(key, ulong.MaxValue, [Multiaddr.Parse("/ip6/::1/tcp/4001"), Multiaddr.Parse("/dns4/a.example/tcp/443/tls/ws")]);

        var opened = PeerRecord.Open(sealedRecord.Envelope.Encoded.Span);

        Assert.Equal(key.PublicKey.PeerId, opened.PeerId);
        Assert.Equal(ulong.MaxValue, opened.Sequence);
        Assert.Equal(sealedRecord.Addresses, opened.Addresses);
        Assert.Equal(sealedRecord.Envelope.Encoded, opened.Envelope.Encoded.ToArray());
    }

    [Fact]
    public void Open_AnyBitTurned_IsRefused()
    {
        var good = PeerRecord.Seal(_key, 1, [Multiaddr.Parse("/ip4/1.2.3.4/tcp/1")]).Envelope.Encoded.ToArray();
        for (var bit = 0; bit < 8 * good.Length; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<RecordException>(() => PeerRecord.Open(bad));
        }
    }

    /// <summary>A record of a victim, signed in order by somebody else.</summary>
    [Fact]
    public void Open_RecordOfAnother_IsRefused()
    {
        using var victim = PrivateKey.Generate();
        var payload = PeerRecord.Seal(victim, 7, [Multiaddr.Parse("/ip4/6.6.6.6/tcp/1")]).Envelope.Payload;
        var forged = SignedEnvelope.Seal(_key, PeerRecord.Domain, PeerRecord.PayloadType, payload.Span);

        Assert.Contains("who has signed it", Assert.Throws<RecordException>(() => PeerRecord.Open(forged.Encoded.Span)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SignedForAnotherPurpose_IsRefused()
    {
        var payload = PeerRecord.Seal(_key, 7, []).Envelope.Payload;

        Assert.Throws<RecordException>(() => PeerRecord.Open(SignedEnvelope.Seal(_key, "another", PeerRecord.PayloadType, payload.Span).Encoded.Span));
        Assert.Throws<RecordException>(() => PeerRecord.Open(SignedEnvelope.Seal(_key, PeerRecord.Domain, "x"u8, payload.Span).Encoded.Span));
    }

    [Fact]
    public void Open_PayloadThatIsNone_IsRefused()
    {
        Assert.Throws<RecordException>(() => PeerRecord.Open(SignedEnvelope.Seal(_key, PeerRecord.Domain, PeerRecord.PayloadType, [0xff]).Encoded.Span));
        Assert.Throws<RecordException>(() => PeerRecord.Open(SignedEnvelope.Seal(_key, PeerRecord.Domain, PeerRecord.PayloadType, []).Encoded.Span));
        Assert.Throws<RecordException>(() => PeerRecord.Open([]));
    }

    [Fact]
    public void Open_AddressThatIsUnknown_IsLeftOut()
    {
        var message = new Libp2p.Records.Messages.PeerRecord { PeerId = ByteString.CopyFrom(_key.PublicKey.PeerId.Bytes), Seq = 1 };
        message.Addresses.Add(new Libp2p.Records.Messages.PeerRecord.Types.AddressInfo { Multiaddr = ByteString.CopyFrom(0xff, 0xff, 0x7f) });
        message.Addresses.Add(new Libp2p.Records.Messages.PeerRecord.Types.AddressInfo { Multiaddr = ByteString.CopyFrom(Multiaddr.Parse("/ip4/1.2.3.4/tcp/1").Bytes) });

        var record = PeerRecord.Open(SignedEnvelope.Seal(_key, PeerRecord.Domain, PeerRecord.PayloadType, message.ToByteArray()).Encoded.Span);

        Assert.Equal([Multiaddr.Parse("/ip4/1.2.3.4/tcp/1")], record.Addresses);
    }

    [Fact]
    public void Envelope_OverItsLimit_IsNeitherMadeNorRead()
    {
        Assert.Throws<RecordException>(() => SignedEnvelope.Seal(_key, "d", "t"u8, new byte[SignedEnvelope.MaxBytes]));
        Assert.Contains("more than 8192", Assert.Throws<RecordException>(() => SignedEnvelope.Open(new byte[SignedEnvelope.MaxBytes + 1], "d")).Message, StringComparison.Ordinal);
        Assert.Throws<RecordException>(() => PeerRecord.Seal(_key, 1, [.. Enumerable.Range(0, 1000).Select(i => Multiaddr.Parse($"/ip4/1.2.3.4/tcp/{i}"))]));
    }

    [Fact]
    public void Envelope_LengthsAreSigned_SoThatBytesDoNotMoveBetweenFields()
    {
        var envelope = SignedEnvelope.Seal(_key, "domain", "ty"u8, "pe payload"u8);
        var moved = Libp2p.Records.Messages.Envelope.Parser.ParseFrom(envelope.Encoded.Span);
        moved.PayloadType = ByteString.CopyFromUtf8("typ");
        moved.Payload = ByteString.CopyFromUtf8("e payload");

        Assert.Equal("pe payload"u8.ToArray(), SignedEnvelope.Open(envelope.Encoded.Span, "domain").Payload.ToArray());
        Assert.Throws<RecordException>(() => SignedEnvelope.Open(moved.ToByteArray(), "domain"));
        Assert.Throws<RecordException>(() => SignedEnvelope.Open(envelope.Encoded.Span, "domai"));
    }

    [Fact]
    public void Envelope_WithoutDomainOrType_IsTheCallersMistake()
    {
        Assert.Throws<ArgumentException>(() => SignedEnvelope.Seal(_key, "", "t"u8, []));
        Assert.Throws<ArgumentException>(() => SignedEnvelope.Seal(_key, "d", [], []));
    }

    public void Dispose() => _key.Dispose();
}
