namespace IpfsKit.Ipld.Codecs;

/// <summary>Nodes that decoders share, so that a block of a million one-byte values costs a million references and not a million objects.</summary>
internal static class CommonNodes
{
    private const int LeastInteger = -24;
    private const int GreatestInteger = 255;

    private static readonly IpldNode.Integer[] Integers =
        [.. Enumerable.Range(LeastInteger, GreatestInteger - LeastInteger + 1).Select(i => new IpldNode.Integer(i))];

    public static IpldNode.String EmptyString { get; } = new("");

    public static IpldNode.Bytes EmptyBytes { get; } = new(ReadOnlyMemory<byte>.Empty);

    public static IpldNode.List EmptyList { get; } = new([]);

    public static IpldNode.Map EmptyMap { get; } = new([]);

    public static IpldNode.Integer Integer(Int128 value) =>
        value >= LeastInteger && value <= GreatestInteger ? Integers[(int)value - LeastInteger] : new IpldNode.Integer(value);

    public static IpldNode.String String(string value) => value.Length == 0 ? EmptyString : new IpldNode.String(value);

    public static IpldNode.Bytes Bytes(ReadOnlyMemory<byte> value) => value.IsEmpty ? EmptyBytes : new IpldNode.Bytes(value);
}
