using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs;

/// <summary>A value of the IPLD data model.</summary>
/// <remarks>Spec: <see href="https://ipld.io/docs/data-model/kinds/"/>.</remarks>
public abstract record IpldNode
{
    private IpldNode()
    {
    }

    /// <summary>null.</summary>
    public sealed record Null : IpldNode
    {
        /// <summary>The only value.</summary>
        public static Null Value { get; } = new();
    }

    /// <summary>true or false.</summary>
    public sealed record Boolean(bool Value) : IpldNode;

    /// <summary>An integer from -2^64 to 2^64 - 1.</summary>
    public sealed record Integer(Int128 Value) : IpldNode;

    /// <summary>A finite IEEE 754 double.</summary>
    public sealed record Float(double Value) : IpldNode;

    /// <summary>Text.</summary>
    public sealed record String(string Value) : IpldNode;

    /// <summary>Bytes.</summary>
    public sealed record Bytes(ReadOnlyMemory<byte> Value) : IpldNode;

    /// <summary>A list.</summary>
    public sealed record List(IReadOnlyList<IpldNode> Items) : IpldNode;

    /// <summary>A map with text keys, in the order of its block.</summary>
    public sealed record Map(IReadOnlyList<KeyValuePair<string, IpldNode>> Entries) : IpldNode;

    /// <summary>A link.</summary>
    public sealed record Link(Cid Cid) : IpldNode;
}
