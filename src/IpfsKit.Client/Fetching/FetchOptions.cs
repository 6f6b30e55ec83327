using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>How content is fetched from peers.</summary>
public sealed record FetchOptions
{
    /// <summary>Peers that may have it, each address ending in <c>/p2p/…</c>; they are connected to and asked first.</summary>
    /// <value>At most 64. Default: none.</value>
    public IReadOnlyList<Multiaddr> Peers { get; init; } = [];

    /// <summary>How long nothing may come before the fetch fails.</summary>
    /// <value>100 ms to 1 h. Default: 30 s.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes that are fetched.</summary>
    /// <value>From 1. Default: none.</value>
    public long? MaxBytes { get; init; }

    /// <summary>Whether the content is pinned when all of it is here.</summary>
    /// <value>Default: false.</value>
    public bool Pin { get; init; }

    /// <summary>The pin's name.</summary>
    /// <value>At most 255 characters. Default: none.</value>
    public string? PinName { get; init; }

    /// <summary>The node that fetches and holds it.</summary>
    /// <value>Default: one that has peers to ask.</value>
    public PeerId? Node { get; init; }

    /// <summary>Whether all that the root reaches is fetched, or its block alone.</summary>
    internal bool WholeDag { get; init; } = true;

    internal FetchRequest ToRequest(Cid root) => new()
    {
        Root = root,
        Peers = Peers,
        IdleTimeout = IdleTimeout,
        MaxBytes = MaxBytes,
        WholeDag = WholeDag,
        Pin = Pin ? new PinRequest { Mode = PinMode.Recursive, Name = PinName } : null,
    };
}
