using System.Buffers.Binary;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>The head of a CBOR item: three bits of type, five that say how long the argument is, the argument.</summary>
internal static class CborHead
{
    /// <summary>
    /// Whether a dag-cbor item can begin so: no indefinite lengths, one tag (42), four simple values, an argument in its shortest form,
    /// and as many bytes behind it as the item needs at least.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return false;
        var (major, info) = (input[0] >> 5, input[0] & 0x1f);
        var rest = input[1..];
        if (major == 7)
            return input[0] is 0xf4 or 0xf5 or 0xf6 || (input[0] == 0xfb && rest.Length >= sizeof(double));
        var bytes = info < 24 ? 0 : 1 << (info - 24);
        if (info > 27 || rest.Length < bytes)
            return false;
        var (argument, least) = bytes switch
        {
            0 => ((ulong)info, 0ul),
            1 => (rest[0], 24ul),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(rest), 1ul << 8),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(rest), 1ul << 16),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(rest), 1ul << 32),
        };
        return argument >= least && major switch
        {
            // An integer is all head, and a text ends where the block does.
            0 or 1 => false,
            2 or 3 => argument == (ulong)(rest.Length - bytes),
            5 => argument <= (ulong)(rest.Length - bytes) / 2,
            6 => argument == 42,
            _ => argument <= (ulong)(rest.Length - bytes),
        };
    }
}
