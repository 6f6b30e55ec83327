using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>A node is not valid UnixFS: its data, its links and its sizes contradict the format or one another.</summary>
public sealed class UnixFsException : IpldException
{
    /// <summary>Says what is wrong with bytes that have no name yet.</summary>
    public UnixFsException(string reason, Exception? innerException = null)
        : base($"Invalid UnixFS: {reason}", innerException) => Reason = reason;

    /// <summary>Says what is wrong with a node.</summary>
    public UnixFsException(Cid cid, string reason, Exception? innerException = null)
        : base($"Invalid UnixFS node {cid}: {reason}", innerException) => (Cid, Reason) = (cid, reason);

    /// <summary>The node, or null if it is not known which.</summary>
    public Cid? Cid { get; }

    /// <summary>What is wrong, without the node's name.</summary>
    public string Reason { get; }
}

/// <summary>A node is valid, but not of the kind that was asked for: a directory where a file is needed, and so on.</summary>
public sealed class UnixFsTypeException(Cid cid, string expected, string actual)
    : IpldException($"{cid} is {actual}, not {expected}.")
{
    /// <summary>The node.</summary>
    public Cid Cid { get; } = cid;

    /// <summary>What was asked for.</summary>
    public string Expected { get; } = expected;

    /// <summary>What it is.</summary>
    public string Actual { get; } = actual;
}

/// <summary>A name that no directory entry may have, or that is not safe to write to a disk.</summary>
public sealed class UnixFsNameException(string name, string reason)
    : IpldException($"The name '{Printable(name)}' {reason}.")
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>What is wrong with it, as the end of a sentence.</summary>
    public string Reason { get; } = reason;

    // A NUL or a line break must not cut or forge a log line.
    private static string Printable(string name) =>
        string.Concat(name.Take(300).Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
}
