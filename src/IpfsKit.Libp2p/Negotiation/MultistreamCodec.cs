using System.Text;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>The lines of multistream-select 1.0.</summary>
/// <remarks>
/// A line is <c>uvarint length | text | \n</c>, and the length counts the newline.
/// Spec: <see href="https://github.com/multiformats/multistream-select"/> and <see href="https://github.com/libp2p/specs/blob/master/connections/README.md#multistream-select"/>.
/// </remarks>
internal static class MultistreamCodec
{
    /// <summary>The protocol's own id, and the first line of either side.</summary>
    public const string Id = "/multistream/1.0.0";

    /// <summary>The longest line, with its newline and without its length.</summary>
    public const int MaxLineBytes = 1024;

    /// <summary>The line <see cref="Id"/>.</summary>
    public static ReadOnlySpan<byte> Header => "\x13/multistream/1.0.0\n"u8;

    /// <summary>The answer to a protocol that is not spoken.</summary>
    public static ReadOnlySpan<byte> NotAvailable => "\x03na\n"u8;

    /// <summary>The request for a list of what is spoken.</summary>
    public static ReadOnlySpan<byte> List => "\x03ls\n"u8;

    /// <summary>The bytes that <see cref="WriteLine"/> writes.</summary>
    public static int GetLineBytes(string protocol)
    {
        var text = Encoding.UTF8.GetByteCount(protocol) + 1;
        return Varint.GetByteCount((ulong)text) + text;
    }

    /// <summary>Writes the line of a protocol and returns its length.</summary>
    public static int WriteLine(Span<byte> destination, string protocol)
    {
        var text = Encoding.UTF8.GetByteCount(protocol) + 1;
        var length = Varint.Write(destination, (ulong)text);
        Encoding.UTF8.GetBytes(protocol, destination[length..]);
        destination[length + text - 1] = (byte)'\n';
        return length + text;
    }

    /// <summary>Throws unless the text can be a line.</summary>
    /// <exception cref="ArgumentException">It is empty, has a newline, or is longer than <see cref="MaxLineBytes"/> with one.</exception>
    public static void ThrowIfNoProtocol(string protocol)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        if (protocol.Contains('\n', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(protocol) >= MaxLineBytes)
            throw new ArgumentException($"A protocol id has at most {MaxLineBytes - 1} bytes and no newline; this one is '{protocol}'.", nameof(protocol));
    }

    /// <summary>The answer to <c>ls</c>: one length around the lines of the protocols and a newline.</summary>
    public static byte[] EncodeList(IEnumerable<string> protocols)
    {
        var lines = protocols.ToArray();
        var body = lines.Sum(GetLineBytes) + 1;
        var list = new byte[Varint.GetByteCount((ulong)body) + body];
        var at = Varint.Write(list, (ulong)body);
        foreach (var line in lines)
            at += WriteLine(list.AsSpan(at), line);
        list[at] = (byte)'\n';
        return list;
    }

    /// <summary>Reads the body of the answer to <c>ls</c>, which stands behind its length.</summary>
    /// <returns>Null unless it is lines and a newline.</returns>
    public static IReadOnlyList<string>? TryDecodeList(ReadOnlySpan<byte> body)
    {
        var protocols = new List<string>();
        while (true)
        {
            if (body.SequenceEqual("\n"u8))
                return protocols;
            if (!Varint.TryRead(body, out var length, out var read) || length is < 2 or > MaxLineBytes || (int)length > body.Length - read || body[read + (int)length - 1] != '\n')
                return null;
            protocols.Add(Encoding.UTF8.GetString(body.Slice(read, (int)length - 1)));
            body = body[(read + (int)length)..];
        }
    }
}
