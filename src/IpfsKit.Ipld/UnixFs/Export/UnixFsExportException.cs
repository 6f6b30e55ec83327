using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>An entry of a DAG is not written to the disk: it is there already, would lead outside the target, or exceeds a limit.</summary>
public sealed class UnixFsExportException(Cid cid, string path, string reason)
    : IpldException($"{cid} is not written to '{path}': {reason}.")
{
    /// <summary>The entry.</summary>
    public Cid Cid { get; } = cid;

    /// <summary>Where it would be.</summary>
    public string Path { get; } = path;

    /// <summary>Why it is not.</summary>
    public string Reason { get; } = reason;
}
