using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>What an import stored.</summary>
public sealed record CarImportResult
{
    /// <summary>The CAR's roots in its order.</summary>
    public required IReadOnlyList<CarImportRoot> Roots { get; init; }

    /// <summary>The blocks of the CAR, repeated ones included.</summary>
    public long Blocks { get; init; }

    /// <summary>Their bytes.</summary>
    public long BlockBytes { get; init; }
}

/// <summary>A root of an imported CAR.</summary>
/// <param name="Cid">The root.</param>
/// <param name="IsCommitted">Whether its DAG is whole and registered; false only with <see cref="CarImportOptions.AllowPartial"/>.</param>
public readonly record struct CarImportRoot(Cid Cid, bool IsCommitted);
