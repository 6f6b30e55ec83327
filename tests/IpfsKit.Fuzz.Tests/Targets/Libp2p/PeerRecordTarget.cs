using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Records;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>The payload of a peer record that its peer has signed, whatever is in it.</summary>
internal sealed class PeerRecordTarget : ThrowingTarget, IDisposable
{
    private readonly PrivateKey _key = PrivateKey.Generate();

    public override string Name => "peer-record";

    public override IEnumerable<byte[]> Seeds =>
    [
        PeerRecord.Seal(_key, 1, []).Envelope.Payload.ToArray(),
        PeerRecord.Seal(_key, ulong.MaxValue, [Multiaddr.Parse("/ip4/1.2.3.4/tcp/4001"), Multiaddr.Parse("/dns4/a.example/tcp/443/tls/ws")]).Envelope.Payload.ToArray(),
    ];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (64 * 1024) + (128 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => Open(input);

    protected override bool IsDeclared(Exception exception) => exception is RecordException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 2 && input[0] == 0x0a && input[1] == _key.PublicKey.PeerId.Bytes.Length;

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var record = Open(input);
        Assert.Equal(_key.PublicKey.PeerId, record.PeerId);
        Assert.All(record.Addresses, address => Assert.Equal(address, Multiaddr.Parse(address.ToString())));
    }

    public void Dispose() => _key.Dispose();

    private PeerRecord Open(ReadOnlyMemory<byte> payload) => PeerRecord.Open(SignedEnvelope.Seal(_key, PeerRecord.Domain, PeerRecord.PayloadType, payload.Span).Encoded.Span);
}
