namespace IpfsKit.Grains.Content;

/// <summary>What is kept of one root. Immutable: a change is a new value, so that a failed write leaves memory as it was.</summary>
/// <remarks>
/// Written as JSON with a version. Names and meanings of members are a format: add, never rename (<c>ContentStateFormatTests</c> holds the bytes).
/// CIDs and peer ids are text, so that what is stored depends on no other type.
/// </remarks>
internal sealed record ContentState
{
    /// <summary>The life of the root.</summary>
    public ContentLife Life { get; init; }

    /// <summary>The root in the form its first caller used.</summary>
    public string Root { get; init; } = "";

    /// <summary>Which life it is; see <see cref="ContentRegistration.Epoch"/>.</summary>
    public long Epoch { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    public long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    public long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    public long Blocks { get; init; }

    /// <inheritdoc cref="RegisterContent.WholeDag"/>
    public bool WholeDag { get; init; } = true;

    /// <summary>The acknowledgements that the registration asked for.</summary>
    public int Required { get; init; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>The silos that hold it; while it is being removed, those that have not dropped it yet.</summary>
    public IReadOnlyList<PlacementState> Placements { get; init; } = [];

    /// <summary>The pin.</summary>
    public PinState? Pin { get; init; }

    /// <summary>The heat as of the last write.</summary>
    public HeatState? Heat { get; init; }

    /// <summary>Grows with each write; see <see cref="ContentRegistration.Revision"/>. Not smaller than <see cref="Epoch"/>.</summary>
    public long Revision { get; init; }

    /// <summary>Peers outside of the cluster that have delivered it, the latest first; null if nobody has.</summary>
    public IReadOnlyList<ProviderEntry>? Providers { get; init; }

    /// <summary>Commands that silos were given and have not reported yet; null if there are none.</summary>
    public IReadOnlyList<OperationEntry>? Operations { get; init; }

    /// <summary>The copies that the root is to have; null for as many as the cluster's settings say.</summary>
    public int? Wanted { get; init; }
}

/// <summary>A peer that has delivered the root.</summary>
/// <param name="Peer">Its peer id.</param>
/// <param name="Addresses">Where it was.</param>
/// <param name="At">When it last did, to the hour.</param>
internal sealed record ProviderEntry(string Peer, IReadOnlyList<string> Addresses, DateTimeOffset At);

/// <summary>A command to a silo to hold the root.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Node">The silo's peer id.</param>
/// <param name="Since">When it was given first.</param>
internal sealed record OperationEntry(Guid Id, string Node, DateTimeOffset Since);

/// <summary>The stored life of a root. The numbers are stored.</summary>
internal enum ContentLife
{
    /// <summary>Nothing is stored.</summary>
    None = 0,

    /// <summary>Registered; not visible.</summary>
    Pending = 1,

    /// <summary>Visible.</summary>
    Committed = 2,

    /// <summary>Not visible any more; some silo still has to drop its copy.</summary>
    Removing = 3,
}

/// <summary>A copy.</summary>
/// <param name="Node">The silo's peer id.</param>
/// <param name="Since">When it was acknowledged.</param>
internal sealed record PlacementState(string Node, DateTimeOffset Since);

/// <summary>A pin.</summary>
internal sealed record PinState(PinMode Mode, string? Name, DateTimeOffset PinnedAt);

/// <summary>Heat and totals.</summary>
internal sealed record HeatState(double Hour, double Week, DateTimeOffset At, long Accesses, long Bytes);
