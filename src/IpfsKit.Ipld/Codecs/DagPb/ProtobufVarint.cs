using System.Numerics;

namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>Protobuf varints: 64 bits in at most ten bytes, where multiformats stop at nine. Only the shortest form is read.</summary>
/// <remarks>Spec: <see href="https://protobuf.dev/programming-guides/encoding/#varints"/>.</remarks>
internal static class ProtobufVarint
{
    /// <summary>The longest encoding, in bytes.</summary>
    public const int MaxBytes = 10;

    /// <summary>The number of bytes that <paramref name="value"/> takes.</summary>
    public static int GetByteCount(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Writes <paramref name="value"/> and returns the bytes written.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        var i = 0;
        for (; value >= 0x80; value >>= 7)
            destination[i++] = (byte)(value | 0x80);
        destination[i] = (byte)value;
        return i + 1;
    }

    /// <summary>Reads a varint; false if it is truncated, longer than its value needs, or exceeds 64 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int bytesRead)
    {
        value = 0;
        bytesRead = 0;
        ulong result = 0;
        for (var i = 0; i < source.Length && i < MaxBytes; i++)
        {
            var b = source[i];
            if (i == MaxBytes - 1 && b > 1)
                return false;
            result |= (ulong)(b & 0x7f) << (7 * i);
            if (b >= 0x80)
                continue;
            if (b == 0 && i > 0)
                return false;
            value = result;
            bytesRead = i + 1;
            return true;
        }

        return false;
    }
}
