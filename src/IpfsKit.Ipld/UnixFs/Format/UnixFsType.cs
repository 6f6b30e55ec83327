namespace IpfsKit.Ipld.UnixFs;

/// <summary>What a UnixFS node is; the values are those of the wire.</summary>
public enum UnixFsType
{
    /// <summary>Bytes of a file; read, never written.</summary>
    Raw = 0,

    /// <summary>A directory whose entries are the node's links.</summary>
    Directory = 1,

    /// <summary>A file, or a part of one.</summary>
    File = 2,

    /// <summary>Reserved; nothing reads or writes it.</summary>
    Metadata = 3,

    /// <summary>A symbolic link; its target is the node's data.</summary>
    Symlink = 4,

    /// <summary>A directory, or a part of one, sharded by the hash of the names.</summary>
    HamtShard = 5,
}
