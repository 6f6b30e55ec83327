namespace IpfsKit.Multiformats;

/// <summary>One step of a <see cref="Multiaddr"/>: a protocol and its value. Points into the address; allocates nothing by itself.</summary>
public readonly struct MultiaddrComponent
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int _valueOffset;

    internal MultiaddrComponent(MultiaddrProtocol protocol, ReadOnlyMemory<byte> bytes, int valueOffset)
    {
        Protocol = protocol;
        _bytes = bytes;
        _valueOffset = valueOffset;
    }

    /// <summary>The protocol.</summary>
    public MultiaddrProtocol Protocol { get; }

    /// <summary>The protocol's code.</summary>
    public Multicodec Code => Protocol.Code;

    /// <summary>The component as it stands in the address: code, length if variable, value.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>The value's bytes; empty if the protocol has none.</summary>
    public ReadOnlySpan<byte> ValueBytes => _bytes.Span[_valueOffset..];

    /// <summary>The value as text; empty if the protocol has none.</summary>
    public string Value
    {
        get
        {
            if (Protocol.Value is not { } codec)
                return string.Empty;
            var length = codec.GetMaxTextLength(ValueBytes.Length);
            var text = length <= 512 ? stackalloc char[length] : new char[length];
            return new string(text[..codec.Format(ValueBytes, text)]);
        }
    }

    /// <summary>The component as the address prints it, like <c>/tcp/4001</c>.</summary>
    public override string ToString() => Protocol switch
    {
        null => string.Empty,
        { HasValue: false } => $"/{Protocol.Name}",
        { IsPath: true } => $"/{Protocol.Name}{Value}",
        _ => $"/{Protocol.Name}/{Value}",
    };

    internal int MaxTextLength => 2 + Protocol.Name.Length + (Protocol.Value?.GetMaxTextLength(ValueBytes.Length) ?? 0);

    /// <summary>Prints; <paramref name="destination"/> has <see cref="MaxTextLength"/>.</summary>
    internal int Format(Span<char> destination)
    {
        destination[0] = '/';
        Protocol.Name.CopyTo(destination[1..]);
        var at = 1 + Protocol.Name.Length;
        if (Protocol.Value is not { } codec)
            return at;
        if (!Protocol.IsPath)
            destination[at++] = '/';
        return at + codec.Format(ValueBytes, destination[at..]);
    }
}
