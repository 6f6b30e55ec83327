using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>A DAG whose blocks are durable in this silo's store, under a lease.</summary>
internal sealed record StoredRoot
{
    /// <summary>The root in the form its caller used.</summary>
    public required Cid Root { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    public required long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    public required long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    public required long Blocks { get; init; }

    /// <summary>A pin to set together with the commit, or null.</summary>
    public PinRequest? Pin { get; init; }

    /// <summary>On how many silos it must be durable before it counts; as the cluster's settings say if nothing is said.</summary>
    public WriteConcern WriteConcern { get; init; }

    /// <summary>Whether all that the root reaches is held, or its block alone.</summary>
    public bool WholeDag { get; init; } = true;
}
