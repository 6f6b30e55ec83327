using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>The CID is neither a registered root nor held by any silo.</summary>
[GenerateSerializer, Alias("ipfskit.ContentNotFoundException")]
public sealed class ContentNotFoundException(Cid cid)
    : IpfsKitException($"{cid} is not known to the cluster.")
{
    /// <summary>The CID.</summary>
    [Id(0)] public Cid Cid { get; } = cid;
}

/// <summary>The content exists, but no silo that holds it could deliver it.</summary>
[GenerateSerializer, Alias("ipfskit.ContentUnavailableException")]
public sealed class ContentUnavailableException(Cid cid, string reason, IReadOnlyList<string>? tried = null)
    : IpfsKitException($"{cid} is not available: {reason}{(tried is { Count: > 0 } ? $" Tried: {string.Join(", ", tried)}." : "")}")
{
    /// <summary>The CID.</summary>
    [Id(0)] public Cid Cid { get; } = cid;

    /// <summary>Who was asked, each with its outcome.</summary>
    [Id(1)] public IReadOnlyList<string> Tried { get; } = tried ?? [];
}

/// <summary>The root is pinned and therefore cannot be removed.</summary>
[GenerateSerializer, Alias("ipfskit.ContentPinnedException")]
public sealed class ContentPinnedException(Cid cid)
    : IpfsKitException($"{cid} is pinned: unpin it before removing it.")
{
    /// <summary>The CID.</summary>
    [Id(0)] public Cid Cid { get; } = cid;
}

/// <summary>Too few silos acknowledged a write in time; the content stays, and repeating the write is harmless.</summary>
[GenerateSerializer, Alias("ipfskit.WriteConcernNotMetException")]
public sealed class WriteConcernNotMetException(Cid cid, int acknowledged, int required)
    : IpfsKitException($"{cid} is durable on {acknowledged} of {required} silos; repeat the write when more are up.")
{
    /// <summary>The CID.</summary>
    [Id(0)] public Cid Cid { get; } = cid;

    /// <summary>The silos that have it.</summary>
    [Id(1)] public int Acknowledged { get; } = acknowledged;

    /// <summary>The silos that should.</summary>
    [Id(2)] public int Required { get; } = required;
}
