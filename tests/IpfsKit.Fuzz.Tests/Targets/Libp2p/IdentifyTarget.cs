using Google.Protobuf;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Protocols.Identify;
using IpfsKit.Libp2p.Protocols.Identify.Wire;
using IpfsKit.Libp2p.Records;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>What a peer answers to identify, or pushes: messages with their lengths, and in them addresses and a signed record.</summary>
internal sealed class IdentifyTarget : ThrowingTarget, IDisposable
{
    private readonly PrivateKey _key = PrivateKey.Generate();

    public override string Name => "identify";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            var addresses = new[] { Multiaddr.Parse("/ip4/1.2.3.4/tcp/4001"), Multiaddr.Parse("/dns4/a.example/tcp/443/tls/ws") };
            var whole = new IdentifyMessage
            {
                PublicKey = ByteString.CopyFrom(_key.PublicKey.Encoded.Span),
                AgentVersion = "agent/1",
                ProtocolVersion = "ipfs/0.1.0",
                ObservedAddr = ByteString.CopyFrom(addresses[0].Bytes),
                Protocols = { "/ipfs/id/1.0.0", "/ipfs/ping/1.0.0" },
                ListenAddrs = { addresses.Select(address => ByteString.CopyFrom(address.Bytes)) },
                SignedPeerRecord = ByteString.CopyFrom(PeerRecord.Seal(_key, 7, addresses).Envelope.Encoded.Span),
            };
            yield return Messages(whole);
            yield return Messages(new IdentifyMessage { AgentVersion = "a" }, new IdentifyMessage { Protocols = { "/b/1" } }, new IdentifyMessage { AgentVersion = "c", ListenAddrs = { ByteString.CopyFrom(addresses[1].Bytes) } });
            yield return Messages(new IdentifyMessage { Protocols = { Enumerable.Range(0, 100).Select(i => $"/{i}") } });
        }
    }

    /// <summary>An empty protocol has two bytes in a message, a place in a list that grows and is merged; addresses and the record are decoded besides.</summary>
    public override long GetAllowedBytes(int inputBytes) => (3 * ExceptionBytes) + (64 * 1024) + (128 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        var message = IdentifyStreams.ReceiveAsync(new BytesStream(input), CancellationToken.None).GetAwaiter().GetResult();
        foreach (var address in message.ListenAddrs)
            Multiaddr.TryFromBytes(address.Span, out _);
        Multiaddr.TryFromBytes(message.ObservedAddr.Span, out _);
        if (message.HasSignedPeerRecord)
            SignedRecords.TryRead(message.SignedPeerRecord.Span, _key.PublicKey.PeerId, out _, out _);
    }

    protected override bool IsDeclared(Exception exception) => exception is ProtocolViolationException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) =>
        Varint.TryRead(input, out var length, out var read) && length is > 0 and <= IdentifyProtocol.MaxMessageBytes && read < input.Length && input[read] is 0x0a or 0x12 or 0x1a or 0x22 or 0x2a or 0x32 or 0x42;

    public void Dispose() => _key.Dispose();

    private static byte[] Messages(params IdentifyMessage[] messages)
    {
        var stream = new MemoryStream();
        foreach (var message in messages)
            message.WriteDelimitedTo(stream);
        return stream.ToArray();
    }
}
