using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Testing;

/// <summary>A root of the in-memory cluster.</summary>
internal sealed record MemoryRoot(Cid Cid, long SizeBytes, long DagBytes, long Blocks, bool IsWhole, DateTimeOffset CommittedAt)
{
    private PinInfo? _pin;

    /// <summary>Its pin, or null.</summary>
    public PinInfo? Pinned => Volatile.Read(ref _pin);

    public void Pin(PinMode mode, string? name, DateTimeOffset at) =>
        Volatile.Write(ref _pin, new PinInfo { Cid = Cid, Mode = mode, Name = name, PinnedAt = at });

    public bool Unpin() => Interlocked.Exchange(ref _pin, null) is not null;

    public RootInfo ToRootInfo() => new()
    {
        Root = Cid,
        SizeBytes = SizeBytes,
        DagBytes = DagBytes,
        Blocks = Blocks,
        CommittedAt = CommittedAt,
        Pin = Pinned?.Mode,
    };

    public ContentInfo ToInfo(PeerId node) => new()
    {
        Root = Cid,
        SizeBytes = SizeBytes,
        DagBytes = DagBytes,
        Blocks = Blocks,
        CommittedAt = CommittedAt,
        Pin = Pinned,
        Heat = new HeatInfo(),
        Placements = [new NodePlacement { Node = node, Since = CommittedAt }],
        WholeDag = IsWhole,
    };
}
