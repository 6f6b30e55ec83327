namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>A dag-pb node: optional bytes and named links.</summary>
/// <param name="Data">The bytes, or null if the field is absent; after decoding they point into the block, which must outlive them.</param>
/// <param name="Links">The links, in the order of the block.</param>
/// <remarks>Spec: <see href="https://ipld.io/specs/codecs/dag-pb/spec/"/>.</remarks>
public sealed record DagPbNode(ReadOnlyMemory<byte>? Data, IReadOnlyList<DagPbLink> Links)
{
    /// <summary>Whether both have the same bytes and the same links in the same order.</summary>
    public bool Equals(DagPbNode? other) =>
        other is not null
        && Data.HasValue == other.Data.HasValue
        && Data.GetValueOrDefault().Span.SequenceEqual(other.Data.GetValueOrDefault().Span)
        && Links.SequenceEqual(other.Links);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Data.GetValueOrDefault().Span);
        foreach (var link in Links)
            hash.Add(link);
        return hash.ToHashCode();
    }
}
