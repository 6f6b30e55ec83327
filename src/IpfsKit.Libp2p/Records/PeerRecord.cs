using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Records;

/// <summary>Where a peer says that it can be reached, signed by itself so that others can pass it on.</summary>
/// <remarks>
/// Of two records of a peer the one with the higher number holds; those who keep them compare. Spec: <see href="https://github.com/libp2p/specs/blob/master/RFC/0003-routing-records.md"/>, with the
/// domain and payload type that implementations use: <c>libp2p-peer-record</c> and multicodec 0x0301, which the text leaves open.
/// </remarks>
public sealed class PeerRecord
{
    /// <summary>What its signature is made for.</summary>
    public const string Domain = "libp2p-peer-record";

    private static readonly MessageParser<Messages.PeerRecord> Parser = Messages.PeerRecord.Parser.WithDiscardUnknownFields(true);

    private PeerRecord(PeerId peerId, ulong sequence, IReadOnlyList<Multiaddr> addresses, SignedEnvelope envelope)
    {
        PeerId = peerId;
        Sequence = sequence;
        Addresses = addresses;
        Envelope = envelope;
    }

    /// <summary>The payload type: multicodec <c>libp2p-peer-record</c>, in two bytes as all implementations write it.</summary>
    public static ReadOnlySpan<byte> PayloadType => [0x03, 0x01];

    /// <summary>Whose record it is: the signer's.</summary>
    public PeerId PeerId { get; }

    /// <summary>Grows with every record of the peer. Some take the time for it, but it is none.</summary>
    public ulong Sequence { get; }

    /// <summary>The addresses, as many as fit into an envelope; those that this version cannot read are left out.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>The record as it is sent.</summary>
    public SignedEnvelope Envelope { get; }

    /// <summary>Makes and signs a record of the key's own peer.</summary>
    /// <param name="key">The peer's.</param>
    /// <param name="sequence">Higher than that of every record before.</param>
    /// <param name="addresses">Where the peer can be reached.</param>
    /// <exception cref="RecordException">The addresses do not fit into <see cref="SignedEnvelope.MaxBytes"/>.</exception>
    public static PeerRecord Seal(PrivateKey key, ulong sequence, IReadOnlyList<Multiaddr> addresses)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(addresses);
        var peerId = key.PublicKey.PeerId;
        var message = new Messages.PeerRecord { PeerId = ByteString.CopyFrom(peerId.Bytes), Seq = sequence };
        foreach (var address in addresses)
            message.Addresses.Add(new Messages.PeerRecord.Types.AddressInfo { Multiaddr = ByteString.CopyFrom(address.Bytes) });
        return new PeerRecord(peerId, sequence, [.. addresses], SignedEnvelope.Seal(key, Domain, PayloadType, message.ToByteArray()));
    }

    /// <summary>Reads a record and checks that its peer has signed it.</summary>
    /// <param name="envelope">The envelope as it came.</param>
    /// <exception cref="RecordException">It is not a signed peer record, or somebody else than the peer has signed it.</exception>
    public static PeerRecord Open(ReadOnlySpan<byte> envelope)
    {
        // The order is the spec's: nothing of the payload is read before the signature is checked.
        var opened = SignedEnvelope.Open(envelope, Domain);
        if (!opened.PayloadType.Span.SequenceEqual(PayloadType))
            throw new RecordException($"The payload is of type {Convert.ToHexStringLower(opened.PayloadType.Span)}, and not a peer record.");
        Messages.PeerRecord message;
        try
        {
            message = Parser.ParseFrom(opened.Payload.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RecordException("The payload is not a peer record.", e);
        }

        if (!PeerId.TryFromBytes(message.PeerId.Span, out var peerId) || peerId != opened.Signer.PeerId)
            throw new RecordException($"The record is not of {opened.Signer.PeerId}, who has signed it.");
        var addresses = new List<Multiaddr>(message.Addresses.Count);
        foreach (var info in message.Addresses)
        {
            if (Multiaddr.TryFromBytes(info.Multiaddr.Span, out var address))
                addresses.Add(address);
        }

        return new PeerRecord(peerId, message.Seq, addresses, opened);
    }
}
