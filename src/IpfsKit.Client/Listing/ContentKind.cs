namespace IpfsKit.Client;

/// <summary>What a CID stands for.</summary>
public enum ContentKind
{
    /// <summary>Not looked up.</summary>
    Unknown,

    /// <summary>A file.</summary>
    File,

    /// <summary>A directory, sharded or not.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Symlink,

    /// <summary>Data that is not UnixFS: dag-cbor, dag-json, other dag-pb.</summary>
    Other,
}
