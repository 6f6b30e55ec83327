using System.Text;
using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Records.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Records;

/// <summary>Something that a peer has signed, with the key that proves it. Immutable: there is none whose signature has not been checked.</summary>
/// <remarks>
/// The signature is over a domain, which says what it was made for, the type of the payload and the payload, each behind its length as a varint; so a signature for one purpose is none for another.
/// Spec: <see href="https://github.com/libp2p/specs/blob/master/RFC/0002-signed-envelopes.md"/>.
/// </remarks>
public sealed class SignedEnvelope
{
    /// <summary>The longest envelope that is read or made, in bytes: what identify takes of a signed peer record.</summary>
    public const int MaxBytes = 8 * 1024;

    private static readonly MessageParser<Envelope> Parser = Envelope.Parser.WithDiscardUnknownFields(true);

    private SignedEnvelope(PublicKey signer, Envelope message, ReadOnlyMemory<byte> encoded)
    {
        Signer = signer;
        PayloadType = message.PayloadType.Memory;
        Payload = message.Payload.Memory;
        Encoded = encoded;
    }

    /// <summary>Whose signature it is.</summary>
    public PublicKey Signer { get; }

    /// <summary>What the payload is: a code of the multicodec table as a varint, or a name.</summary>
    public ReadOnlyMemory<byte> PayloadType { get; }

    /// <summary>What was signed.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The envelope as it is sent; as it came, if it did.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>Signs a payload.</summary>
    /// <param name="key">Whose signature it is to be.</param>
    /// <param name="domain">What for; not empty.</param>
    /// <param name="payloadType">What the payload is; not empty.</param>
    /// <param name="payload">The payload.</param>
    /// <exception cref="RecordException">The envelope would exceed <see cref="MaxBytes"/>.</exception>
    public static SignedEnvelope Seal(PrivateKey key, string domain, ReadOnlySpan<byte> payloadType, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(domain);
        if (payloadType.IsEmpty)
            throw new ArgumentException("The type of the payload is empty.", nameof(payloadType));
        var message = new Envelope
        {
            PublicKey = ByteString.CopyFrom(key.PublicKey.Encoded.Span),
            PayloadType = ByteString.CopyFrom(payloadType),
            Payload = ByteString.CopyFrom(payload),
            Signature = ByteString.CopyFrom(key.Sign(GetSigned(domain, payloadType, payload))),
        };
        var encoded = message.ToByteArray();
        return encoded.Length <= MaxBytes
            ? new SignedEnvelope(key.PublicKey, message, encoded)
            : throw new RecordException($"The envelope would have {encoded.Length} bytes, more than {MaxBytes}.");
    }

    /// <summary>Reads an envelope and checks its signature.</summary>
    /// <param name="encoded">The envelope; copied.</param>
    /// <param name="domain">What it must have been signed for.</param>
    /// <exception cref="RecordException">It is too long, is no envelope, or was not signed by its key for this domain.</exception>
    public static SignedEnvelope Open(ReadOnlySpan<byte> encoded, string domain)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        if (encoded.Length > MaxBytes)
            throw new RecordException($"The envelope has {encoded.Length} bytes, more than {MaxBytes}.");
        Envelope message;
        PublicKey signer;
        try
        {
            message = Parser.ParseFrom(encoded);
            signer = PublicKey.Decode(message.PublicKey.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RecordException("The bytes are not an envelope.", e);
        }
        catch (KeyFormatException e)
        {
            throw new RecordException($"The envelope's key cannot be used: {e.Message}", e);
        }

        if (message.PayloadType.IsEmpty)
            throw new RecordException("The envelope does not say what is in it.");
        if (!signer.Verify(GetSigned(domain, message.PayloadType.Span, message.Payload.Span), message.Signature.Span))
            throw new RecordException($"The envelope is not signed by {signer.PeerId} for {domain}.");
        return new SignedEnvelope(signer, message, encoded.ToArray());
    }

    private static byte[] GetSigned(string domain, ReadOnlySpan<byte> payloadType, ReadOnlySpan<byte> payload)
    {
        var domainBytes = Encoding.UTF8.GetBytes(domain);
        var signed = new byte[(3 * Varint.MaxBytes) + domainBytes.Length + payloadType.Length + payload.Length];
        var offset = Append(signed, 0, domainBytes);
        offset = Append(signed, offset, payloadType);
        offset = Append(signed, offset, payload);
        return signed[..offset];
    }

    private static int Append(Span<byte> signed, int offset, ReadOnlySpan<byte> field)
    {
        offset += Varint.Write(signed[offset..], (ulong)field.Length);
        field.CopyTo(signed[offset..]);
        return offset + field.Length;
    }
}
