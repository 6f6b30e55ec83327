using System.Globalization;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>A protocol id that ends with a version: <c>/name/1.2.0</c>.</summary>
/// <param name="Name">What stands before the version, with the slash.</param>
/// <param name="Major">Other majors do not understand each other.</param>
/// <param name="Minor">A greater minor understands the lesser ones.</param>
internal readonly record struct ProtocolVersion(string Name, int Major, int Minor)
{
    public static bool TryParse(string protocol, out ProtocolVersion version)
    {
        version = default;
        var slash = protocol.LastIndexOf('/');
        if (slash < 0)
            return false;
        Span<Range> parts = stackalloc Range[4];
        var text = protocol.AsSpan(slash + 1);
        if (text.Split(parts, '.') != 3 || !TryParse(text[parts[0]], out var major) || !TryParse(text[parts[1]], out var minor) || !TryParse(text[parts[2]], out _))
            return false;
        version = new ProtocolVersion(protocol[..(slash + 1)], major, minor);
        return true;
    }

    private static bool TryParse(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
