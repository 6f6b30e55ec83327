using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs;

/// <summary>A value of the IPLD data model.</summary>
/// <remarks>
/// <para>Immutable as long as nobody changes the memory and lists it was made of; bytes may point into the block they were decoded from, which must
/// outlive them. Equality is by value: floats by their bits (so that 0 and -0 differ, as their blocks do), maps by their entries in any order,
/// because the order of a map is its codec's matter.</para>
/// <para>Comparing and hashing recurse; nodes that come from a codec nest at most <see cref="CodecLimits.MaxDepth"/> deep.
/// Spec: <see href="https://ipld.io/docs/data-model/kinds/"/>.</para>
/// </remarks>
public abstract partial record IpldNode
{
    private IpldNode()
    {
    }

    /// <summary>Which kind this is.</summary>
    public abstract IpldKind Kind { get; }

    /// <summary>null.</summary>
    public sealed record Null : IpldNode
    {
        private Null()
        {
        }

        /// <summary>The only value.</summary>
        public static Null Value { get; } = new();

        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.Null;
    }

    /// <summary>true or false.</summary>
    public sealed record Boolean(bool Value) : IpldNode
    {
        /// <summary>true.</summary>
        public static Boolean True { get; } = new(true);

        /// <summary>false.</summary>
        public static Boolean False { get; } = new(false);

        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.Boolean;
    }

    /// <summary>An integer from -2^64 to 2^64 - 1; codecs refuse others.</summary>
    public sealed record Integer(Int128 Value) : IpldNode
    {
        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.Integer;

        /// <summary>Whether the value is in the range that blocks can hold.</summary>
        public bool IsInRange => Value <= ulong.MaxValue && Value >= -(Int128)ulong.MaxValue - 1;
    }

    /// <summary>A finite IEEE 754 double; codecs refuse others.</summary>
    public sealed record Float(double Value) : IpldNode
    {
        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.Float;

        /// <inheritdoc/>
        public bool Equals(Float? other) =>
            other is not null && BitConverter.DoubleToInt64Bits(Value) == BitConverter.DoubleToInt64Bits(other.Value);

        /// <inheritdoc/>
        public override int GetHashCode() => BitConverter.DoubleToInt64Bits(Value).GetHashCode();
    }

    /// <summary>Text.</summary>
    public sealed record String(string Value) : IpldNode
    {
        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.String;
    }

    /// <summary>Bytes.</summary>
    public sealed record Bytes(ReadOnlyMemory<byte> Value) : IpldNode
    {
        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.Bytes;

        /// <inheritdoc/>
        public bool Equals(Bytes? other) => other is not null && Value.Span.SequenceEqual(other.Value.Span);

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(Value.Span);
            return hash.ToHashCode();
        }
    }

    /// <summary>A link.</summary>
    public sealed record Link(Cid Cid) : IpldNode
    {
        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.Link;
    }
}
