using System.Buffers.Binary;

namespace IpfsKit.Fuzz.Tests.Engine;

/// <summary>Makes inputs out of valid ones by a few small changes of the kinds that decoders get wrong.</summary>
internal sealed class FuzzMutator(FuzzRandom random)
{
    private const int MaxInputBytes = 16 * 1024;

    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 63, 64, 100, 127, 128, 129, 255, 256, 257, 511, 512, 1023, 1024, 1025, 4095, 4096, 16383, 16384,
        32767, 32768, 65535, 65536, 1 << 20, (1 << 21) - 1, 1 << 21, (1 << 21) + 1, 1 << 24, int.MaxValue - 1, int.MaxValue, 1ul << 31, uint.MaxValue - 1, uint.MaxValue,
        1ul << 32, (1ul << 35) - 1, 1ul << 53, 1ul << 56, long.MaxValue - 1, long.MaxValue, 1ul << 63, ulong.MaxValue - 1, ulong.MaxValue,
    ];

    /// <summary>One new input out of <paramref name="corpus"/>.</summary>
    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        if (random.OneIn(50))
            return RandomBytes(random.Next(64));
        List<byte> input = [.. random.Pick(corpus)];
        // Mostly one change: the more there are, the fewer inputs get past the first check.
        var changes = 1 + (random.OneIn(2) ? random.Next(4) : 0);
        for (var i = 0; i < changes; i++)
            Change(input, corpus);
        if (input.Count > MaxInputBytes)
            input.RemoveRange(MaxInputBytes, input.Count - MaxInputBytes);
        return [.. input];
    }

    private void Change(List<byte> input, IReadOnlyList<byte[]> corpus)
    {
        if (input.Count == 0)
        {
            input.Add(random.NextByte());
            return;
        }

        var at = random.Next(input.Count);
        switch (random.Next(13))
        {
            case 0:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                input[at] = (byte)random.Pick(Interesting);
                break;
            case 2:
                // A length, a count or a digit that is one off.
                input[at] += random.OneIn(2) ? (byte)1 : (byte)255;
                break;
            case 3:
                input.RemoveRange(at, input.Count - at);
                break;
            case 4:
                input.RemoveRange(at, 1 + random.Next(Math.Min(16, input.Count - at)));
                break;
            case 5:
                input.InsertRange(random.Next(input.Count + 1), input.GetRange(at, 1 + random.Next(Math.Min(64, input.Count - at))));
                break;
            case 6:
                input.InsertRange(at, RandomBytes(1 + random.Next(8)));
                break;
            case 7:
                ReplaceVarint(input, at);
                break;
            case 8:
                ReplaceFixedInteger(input, at);
                break;
            case 9:
                Splice(input, at, random.Pick(corpus));
                break;
            case 10:
                Swap(input, at);
                break;
            case 11:
                Overwrite(input, at, random.Pick(corpus));
                break;
            default:
                input.AddRange(random.OneIn(2) ? RandomBytes(1 + random.Next(4)) : random.Pick(corpus));
                break;
        }
    }

    /// <summary>Replaces the varint that may begin here: a near value, an interesting one, or the same value in too many bytes.</summary>
    private void ReplaceVarint(List<byte> input, int at)
    {
        var end = at;
        ulong value = 0;
        while (end < input.Count && end - at < 10)
        {
            value |= (ulong)(input[end] & 0x7f) << (7 * (end - at));
            if (input[end++] < 0x80)
                break;
        }

        var padding = 0;
        switch (random.Next(4))
        {
            case 0:
                value += random.OneIn(2) ? 1 : ulong.MaxValue;
                break;
            case 1:
                value = random.Pick(Interesting);
                break;
            case 2:
                value <<= random.Next(32);
                break;
            default:
                padding = 1 + random.Next(3);
                break;
        }

        input.RemoveRange(at, end - at);
        for (; value >= 0x80 || padding > 0; value >>= 7)
        {
            if (value < 0x80)
                padding--;
            input.Insert(at++, (byte)(value | 0x80));
        }

        input.Insert(at, (byte)value);
    }

    private void ReplaceFixedInteger(List<byte> input, int at)
    {
        Span<byte> bytes = stackalloc byte[8];
        var value = random.Pick(Interesting);
        var length = 1 << random.Next(4);
        if (random.OneIn(2))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            bytes = bytes[..length];
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
            bytes = bytes[^length..];
        }

        for (var i = 0; i < length && at + i < input.Count; i++)
            input[at + i] = bytes[i];
    }

    /// <summary>The head of one input and the tail of another.</summary>
    private void Splice(List<byte> input, int at, byte[] other)
    {
        input.RemoveRange(at, input.Count - at);
        input.AddRange(other.AsSpan(random.Next(other.Length + 1)));
    }

    private void Swap(List<byte> input, int at)
    {
        var length = 1 + random.Next(Math.Min(16, input.Count - at));
        var moved = input.GetRange(at, length);
        input.RemoveRange(at, length);
        input.InsertRange(random.Next(input.Count + 1), moved);
    }

    private void Overwrite(List<byte> input, int at, byte[] other)
    {
        if (other.Length == 0)
            return;
        var from = random.Next(other.Length);
        var length = 1 + random.Next(Math.Min(Math.Min(32, other.Length - from), input.Count - at));
        for (var i = 0; i < length; i++)
            input[at + i] = other[from + i];
    }

    private byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = random.NextByte();
        return bytes;
    }
}
