namespace IpfsKit.Libp2p.Resources;

/// <summary>Whose resources are counted; the closed set of the tag <c>scope</c>.</summary>
internal enum ScopeKind
{
    /// <summary>The node.</summary>
    System,

    /// <summary>Connections of which nobody knows yet whose they are, and streams of which nobody knows yet what for.</summary>
    Transient,

    /// <summary>A part of the node that has several protocols.</summary>
    Service,

    /// <summary>A protocol.</summary>
    Protocol,

    /// <summary>A peer.</summary>
    Peer,

    /// <summary>A connection.</summary>
    Connection,

    /// <summary>A stream.</summary>
    Stream,

    /// <summary>An IP address or the network around it.</summary>
    Address,
}
