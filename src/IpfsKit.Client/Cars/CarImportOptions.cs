using IpfsKit.Grains;

namespace IpfsKit.Client;

/// <summary>How a CAR is imported.</summary>
public sealed record CarImportOptions
{
    /// <summary>Whether the roots are pinned recursively together with their commit.</summary>
    /// <value>Default: true.</value>
    public bool Pin { get; init; } = true;

    /// <summary>The name of the pins.</summary>
    /// <value>At most 255 characters. Default: null.</value>
    public string? PinName { get; init; }

    /// <summary>On how many silos it must be durable before it counts as added.</summary>
    /// <value>Default: null, as the cluster's settings say.</value>
    public WriteConcern? WriteConcern { get; init; }

    /// <summary>Whether blocks over 2 MiB are taken, if the silo's options allow that too. Such blocks cannot be exchanged over bitswap.</summary>
    /// <value>Default: false.</value>
    public bool AllowLargeBlocks { get; init; }

    /// <summary>Whether blocks are kept although a root lacks some of its DAG; such a root is not registered.</summary>
    /// <value>Default: false, an incomplete root fails the import.</value>
    public bool AllowPartial { get; init; }
}
