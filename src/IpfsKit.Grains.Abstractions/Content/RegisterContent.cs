using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>A root that a silo has just stored.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.RegisterContent")]
public sealed record RegisterContent
{
    /// <summary>The root in the form its caller used; given back to later callers.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <summary>The size of the content in bytes: a file's length, a directory's sum of files, else the root block's size.</summary>
    [Id(1)] public long SizeBytes { get; init; }

    /// <summary>The size of all distinct blocks of the DAG in bytes.</summary>
    [Id(2)] public long DagBytes { get; init; }

    /// <summary>The number of distinct blocks.</summary>
    [Id(3)] public long Blocks { get; init; }

    /// <summary>The silo that holds the whole DAG durably, under a lease until this call returns.</summary>
    [Id(4)] public required NodePlacement Placement { get; init; }

    /// <summary>How many silos must acknowledge before the root is committed; at least 1.</summary>
    [Id(5)] public int WriteConcern { get; init; } = 1;

    /// <summary>A pin to set together with the commit, or null.</summary>
    [Id(6)] public PinRequest? Pin { get; init; }

    /// <summary>Whether the silo holds all that the root reaches, or its block alone (for a direct pin). Once whole, a root stays whole.</summary>
    [Id(7)] public bool WholeDag { get; init; } = true;

    /// <summary>The newest <see cref="ContentRegistration.Revision"/> of the root that the silo has recorded, or 0: the answer's is not older.</summary>
    [Id(8)] public long Revision { get; init; }

    /// <summary>The copies that the root is to have, or 0 for as many as it has to have already. A root that has to have more keeps that.</summary>
    [Id(9)] public int Wanted { get; init; }
}

/// <summary>How far a registration has come.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ContentRegistration")]
public sealed record ContentRegistration
{
    /// <summary>Whether the root is visible.</summary>
    [Id(0)] public required ContentStatus Status { get; init; }

    /// <summary>The silos that have acknowledged.</summary>
    [Id(1)] public required int Acknowledged { get; init; }

    /// <summary>The acknowledgements needed.</summary>
    [Id(2)] public required int Required { get; init; }

    /// <summary>Which life of the root this is: a root that is removed and registered again gets a larger number. Lets silos tell a late command from a current one.</summary>
    [Id(3)] public long Epoch { get; init; }

    /// <summary>When the root was committed, or null while it is pending.</summary>
    [Id(4)] public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>Its pin, or null.</summary>
    [Id(5)] public PinInfo? Pin { get; init; }

    /// <inheritdoc cref="RegisterContent.WholeDag"/>
    [Id(6)] public bool WholeDag { get; init; } = true;

    /// <summary>Which write of the root's state this follows from: it grows with each, over all lives of the root, so that whoever hears of two knows which is the later.</summary>
    [Id(7)] public long Revision { get; init; }

    /// <summary>Those of the silos that have acknowledged which are up.</summary>
    [Id(8)] public int Standing { get; init; }

    /// <summary>The silos that have been told to hold the root and do not yet.</summary>
    [Id(9)] public int UnderWay { get; init; }
}

/// <summary>The life of a root.</summary>
[GenerateSerializer, Alias("ipfskit.ContentStatus")]
public enum ContentStatus
{
    /// <summary>Not registered.</summary>
    None,

    /// <summary>Registered, waiting for acknowledgements; not visible.</summary>
    Pending,

    /// <summary>Durable on as many silos as its write concern asked for; visible.</summary>
    Committed,
}
