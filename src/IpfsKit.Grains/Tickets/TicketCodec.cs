using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Tickets;

/// <summary>Tickets to and from text. Pure: knows neither clock nor keys.</summary>
/// <remarks>
/// base64url of:
/// <code>
/// 0         1          5           6        7         8          16         24           40
/// | version | key id   | operation | scope  | silo n  | expires  | maximum  | upload id  | silo: n bytes | root: rest | HMAC-SHA256: 32 |
/// </code>
/// Numbers are big-endian; <c>expires</c> is in Unix milliseconds. The HMAC covers every byte before it.
/// </remarks>
internal static class TicketCodec
{
    /// <summary>The longest text that is looked at, in characters.</summary>
    public const int MaxTextLength = 512;

    private const byte Version = 1;
    private const int HeaderBytes = 40;
    private const int MacBytes = HMACSHA256.HashSizeInBytes;
    private const int MaxBytes = HeaderBytes + Multihash.MaxBytes + Cid.MaxBytes + MacBytes;

    /// <summary>Signs a ticket.</summary>
    public static string Encode(Ticket ticket, uint keyId, ReadOnlySpan<byte> secret)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        buffer[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(buffer[1..], keyId);
        buffer[5] = (byte)ticket.Operation;
        buffer[6] = (byte)ticket.Scope;
        BinaryPrimitives.WriteInt64BigEndian(buffer[8..], ticket.ExpiresAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(buffer[16..], ticket.MaxBytes);
        ticket.Upload.TryWriteBytes(buffer[24..]);
        var silo = ticket.Silo.Hash.WriteBytes(buffer[HeaderBytes..]);
        buffer[7] = (byte)silo;
        var length = HeaderBytes + silo;
        if (!ticket.Root.IsDefault)
            length += ticket.Root.WriteBytes(buffer[length..]);
        HMACSHA256.HashData(secret, buffer[..length], buffer.Slice(length, MacBytes));
        return Base64Url.EncodeToString(buffer[..(length + MacBytes)]);
    }

    /// <summary>Reads which key signed a text; false if it is no ticket.</summary>
    public static bool TryReadKeyId(ReadOnlySpan<char> text, out uint keyId)
    {
        keyId = 0;
        Span<byte> buffer = stackalloc byte[MaxBytes];
        if (!TryDecode(text, buffer, out var length))
            return false;
        keyId = BinaryPrimitives.ReadUInt32BigEndian(buffer[1..length]);
        return true;
    }

    /// <summary>Checks the signature and reads the ticket; expiry and purpose are the caller's to check.</summary>
    public static TicketFault TryDecode(ReadOnlySpan<char> text, ReadOnlySpan<byte> secret, out Ticket? ticket)
    {
        ticket = null;
        Span<byte> buffer = stackalloc byte[MaxBytes];
        if (!TryDecode(text, buffer, out var length))
            return TicketFault.Malformed;
        var signed = buffer[..(length - MacBytes)];
        Span<byte> mac = stackalloc byte[MacBytes];
        HMACSHA256.HashData(secret, signed, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, buffer[(length - MacBytes)..length]))
            return TicketFault.Forged;

        var silo = signed[7];
        var root = default(Cid);
        if (HeaderBytes + silo > signed.Length
            || !PeerId.TryFromBytes(signed.Slice(HeaderBytes, silo), out var peer)
            || !TryReadRoot(signed[(HeaderBytes + silo)..], out root))
            return TicketFault.Malformed;
        ticket = new Ticket
        {
            Silo = peer,
            Operation = (TicketOperation)signed[5],
            Scope = (TicketScope)signed[6],
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(signed[8..])),
            MaxBytes = BinaryPrimitives.ReadInt64BigEndian(signed[16..]),
            Upload = new Guid(signed.Slice(24, 16)),
            Root = root,
        };
        return TicketFault.None;
    }

    private static bool TryReadRoot(ReadOnlySpan<byte> bytes, out Cid root)
    {
        root = default;
        return bytes.IsEmpty || (Cid.TryRead(bytes, out root, out var read) && read == bytes.Length);
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> buffer, out int length)
    {
        length = 0;
        return text.Length is > 0 and <= MaxTextLength
            && Base64Url.IsValid(text, out var decoded) && decoded is >= HeaderBytes + MacBytes and <= MaxBytes
            && Base64Url.TryDecodeFromChars(text, buffer, out length)
            && buffer[0] == Version;
    }
}
