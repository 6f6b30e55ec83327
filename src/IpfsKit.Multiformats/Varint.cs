using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Multiformats;

/// <summary>Unsigned variable-length integers as every multiformat uses them: base 128, least significant group first.</summary>
/// <remarks>
/// Only the canonical (shortest) form is accepted, and at most nine bytes, so that a value fits 63 bits.
/// Spec: <see href="https://github.com/multiformats/unsigned-varint"/>.
/// </remarks>
public static class Varint
{
    /// <summary>The longest encoding, in bytes.</summary>
    public const int MaxBytes = 9;

    /// <summary>The largest value: 2^63 - 1.</summary>
    public const ulong MaxValue = long.MaxValue;

    /// <summary>The number of bytes that <paramref name="value"/> takes, 1 to <see cref="MaxBytes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value exceeds <see cref="MaxValue"/>.</exception>
    public static int GetByteCount(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        return (System.Numerics.BitOperations.Log2(value | 1) / 7) + 1;
    }

    /// <summary>Writes <paramref name="value"/> to the start of <paramref name="destination"/> and returns the bytes written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value exceeds <see cref="MaxValue"/>.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Write(Span<byte> destination, ulong value)
    {
        var count = GetByteCount(value);
        if (destination.Length < count)
            throw new ArgumentException($"A varint of {count} bytes does not fit {destination.Length}.", nameof(destination));
        for (var i = 0; i < count - 1; i++)
        {
            destination[i] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[count - 1] = (byte)value;
        return count;
    }

    /// <summary>Reads a varint from the start of <paramref name="source"/>.</summary>
    /// <param name="source">The bytes; what follows the varint is ignored.</param>
    /// <param name="value">The value, or 0.</param>
    /// <param name="bytesRead">The length of the encoding; 0 unless <see cref="VarintStatus.Done"/>.</param>
    public static VarintStatus Read(ReadOnlySpan<byte> source, out ulong value, out int bytesRead)
    {
        value = 0;
        bytesRead = 0;
        ulong result = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (i == MaxBytes)
                return VarintStatus.TooLong;
            var b = source[i];
            result |= (ulong)(b & 0x7f) << (7 * i);
            if (b >= 0x80)
                continue;
            if (b == 0 && i > 0)
                return VarintStatus.NotCanonical;
            value = result;
            bytesRead = i + 1;
            return VarintStatus.Done;
        }

        return source.Length >= MaxBytes ? VarintStatus.TooLong : VarintStatus.NeedMoreData;
    }

    /// <summary>Reads a varint; false on anything but a canonical, complete one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int bytesRead) =>
        Read(source, out value, out bytesRead) == VarintStatus.Done;

    /// <summary>Reads a varint and moves <paramref name="source"/> past it.</summary>
    /// <exception cref="FormatException">The bytes are truncated, not canonical, or longer than nine.</exception>
    public static ulong Take(ref ReadOnlySpan<byte> source)
    {
        var status = Read(source, out var value, out var read);
        if (status != VarintStatus.Done)
            ThrowFormat(status);
        source = source[read..];
        return value;
    }

    [DoesNotReturn]
    private static void ThrowFormat(VarintStatus status) => throw new FormatException(status switch
    {
        VarintStatus.NeedMoreData => "The varint is truncated.",
        VarintStatus.NotCanonical => "The varint is not in its shortest form.",
        _ => $"The varint is longer than {MaxBytes} bytes.",
    });
}
