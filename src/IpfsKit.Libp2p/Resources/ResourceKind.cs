namespace IpfsKit.Libp2p.Resources;

/// <summary>What is counted.</summary>
internal enum ResourceKind
{
    /// <summary>Bytes of buffers.</summary>
    Memory,

    /// <summary>Connections.</summary>
    Connections,

    /// <summary>Streams.</summary>
    Streams,

    /// <summary>File descriptors: one for each socket.</summary>
    Descriptors,
}
