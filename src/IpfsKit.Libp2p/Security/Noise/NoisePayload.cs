using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security.Noise.Messages;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>What libp2p says in the second and third message: who the sender is, the proof, and the muxers that it speaks.</summary>
/// <remarks>Spec: <see href="https://github.com/libp2p/specs/blob/master/noise/README.md#the-libp2p-handshake-payload"/>.</remarks>
internal static class NoisePayload
{
    private static readonly MessageParser<NoiseHandshakePayload> Parser = NoiseHandshakePayload.Parser.WithDiscardUnknownFields(true);

    private static ReadOnlySpan<byte> Domain => "noise-libp2p-static-key:"u8;

    /// <summary>Signs the static key, which is good for every handshake with it.</summary>
    public static byte[] SignStaticKey(PrivateKey identity, ReadOnlySpan<byte> staticKey) => identity.Sign(GetSigned(staticKey, stackalloc byte[Domain.Length + NoiseConstants.KeyBytes]));

    /// <summary>Encodes the payload.</summary>
    public static byte[] Encode(PublicKey identity, ReadOnlySpan<byte> signature, IReadOnlyList<string> muxers)
    {
        var payload = new NoiseHandshakePayload
        {
            IdentityKey = ByteString.CopyFrom(identity.Encoded.Span),
            IdentitySig = ByteString.CopyFrom(signature),
        };
        if (muxers.Count > 0)
            payload.Extensions = new NoiseExtensions { StreamMuxers = { muxers } };
        return payload.ToByteArray();
    }

    /// <summary>Reads the payload and checks its proof.</summary>
    /// <param name="payload">At most a handshake message.</param>
    /// <param name="staticKey">The static key that the other side proved to have.</param>
    /// <returns>Who it is, and the muxers that it speaks, best first; none if it does not say.</returns>
    /// <exception cref="NoiseHandshakeException">The payload is not one, or does not prove anything.</exception>
    public static (PublicKey Identity, IReadOnlyList<string> Muxers) Open(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> staticKey)
    {
        NoiseHandshakePayload message;
        PublicKey identity;
        try
        {
            message = Parser.ParseFrom(payload);
            identity = PublicKey.Decode(message.IdentityKey.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new NoiseHandshakeException($"the payload is not a protobuf message: {e.Message}");
        }
        catch (KeyFormatException e)
        {
            throw new NoiseHandshakeException($"the identity key cannot be used: {e.Message}");
        }

        if (!identity.Verify(GetSigned(staticKey, stackalloc byte[Domain.Length + NoiseConstants.KeyBytes]), message.IdentitySig.Span))
            throw new NoiseHandshakeException($"the signature is not that of {identity.PeerId} over its static key.");
        return (identity, message.Extensions?.StreamMuxers ?? (IReadOnlyList<string>)[]);
    }

    private static ReadOnlySpan<byte> GetSigned(ReadOnlySpan<byte> staticKey, Span<byte> buffer)
    {
        Domain.CopyTo(buffer);
        staticKey.CopyTo(buffer[Domain.Length..]);
        return buffer;
    }
}
