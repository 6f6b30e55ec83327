using System.Buffers;
using System.Globalization;
using System.Text;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagJson;

/// <summary>Floats as ECMAScript prints them, with <c>.0</c> where that would be an integer.</summary>
/// <remarks>
/// The spec leaves the form open; this is what the JavaScript codec writes and what the published fixtures hold. Negative zero is <c>-0.0</c>.
/// Digits: <see href="https://tc39.es/ecma262/#sec-numeric-types-number-tostring"/>.
/// </remarks>
internal static class DagJsonFloat
{
    private const int LeastPlainExponent = -7;
    private const int GreatestPlainExponent = 21;

    public static void Write(double value, IBufferWriter<byte> output)
    {
        if (!double.IsFinite(value))
            throw new CodecException(Multicodec.DagJson, "NaN and infinities are not allowed");
        var text = Format(value);
        var span = output.GetSpan(text.Length);
        output.Advance(Encoding.ASCII.GetBytes(text, span));
    }

    internal static string Format(double value)
    {
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        // The shortest digits that read back as the same double.
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        var (digits, exponent) = Split(shortest.AsSpan(sign.Length));
        return sign + Layout(digits, exponent);
    }

    /// <summary>The significant digits d₁d₂…dₖ and n, where the value is 0.d₁d₂…dₖ × 10ⁿ.</summary>
    private static (string Digits, int Exponent) Split(ReadOnlySpan<char> text)
    {
        var exponent = 0;
        var e = text.IndexOf('E');
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var point = text.IndexOf('.');
        var digits = point < 0 ? text.ToString() : string.Concat(text[..point], text[(point + 1)..]);
        exponent += point < 0 ? text.Length : point;
        var leading = digits.Length - digits.AsSpan().TrimStart('0').Length;
        return (digits.Trim('0'), exponent - leading);
    }

    private static string Layout(string digits, int n)
    {
        var k = digits.Length;
        if (n is > 0 and <= GreatestPlainExponent)
            return k <= n ? $"{digits}{new string('0', n - k)}.0" : $"{digits.AsSpan(0, n)}.{digits.AsSpan(n)}";
        if (n is > LeastPlainExponent + 1 and <= 0)
            return $"0.{new string('0', -n)}{digits}";
        var mantissa = k == 1 ? digits : $"{digits[0]}.{digits.AsSpan(1)}";
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(n > 0 ? "+" : "")}{n - 1}");
    }
}
