using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace IpfsKit.Ipld.Codecs.DagJson;

/// <summary>Bytes as base64 of RFC 4648 section 4 without padding.</summary>
internal static class DagJsonBytes
{
    /// <summary>Decodes the current string; copies, since the bytes are not in the block as such.</summary>
    public static IpldNode.Bytes Read(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.IsEmpty)
            return CommonNodes.EmptyBytes;
        // Some JSON writers escape every slash, which is a letter of base64.
        var text = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        if (text.Length % 4 == 1 || text.IndexOfAnyExcept(Alphabet) >= 0)
            throw DagJsonDecoder.Invalid(reader.TokenStartIndex, "bytes are not base64 without padding");

        var whole = text.Length & ~3;
        var bytes = new byte[(whole / 4 * 3) + (text.Length - whole) switch { 0 => 0, 2 => 1, _ => 2 }];
        var status = Base64.DecodeFromUtf8(text[..whole], bytes, out _, out var written);
        if (status == OperationStatus.Done && whole < text.Length)
        {
            // The decoder refuses stray bits in the last quantum, as we want it.
            Span<byte> last = [(byte)'=', (byte)'=', (byte)'=', (byte)'='];
            text[whole..].CopyTo(last);
            status = Base64.DecodeFromUtf8(last, bytes.AsSpan(written), out _, out _);
        }

        return status == OperationStatus.Done
            ? new IpldNode.Bytes(bytes)
            : throw DagJsonDecoder.Invalid(reader.TokenStartIndex, "bytes are not base64 without padding");
    }

    /// <summary>Encodes bytes.</summary>
    public static void Write(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        // In pieces, so that the writer is not asked for one huge span.
        const int Piece = 3 * 4096;
        while (bytes.Length > Piece)
        {
            WritePiece(bytes[..Piece], output);
            bytes = bytes[Piece..];
        }

        WritePiece(bytes, output);
    }

    private static void WritePiece(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        if (bytes.IsEmpty)
            return;
        var span = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, span, out _, out var written);
        output.Advance(written - ((3 - (bytes.Length % 3)) % 3));
    }

    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);
}
