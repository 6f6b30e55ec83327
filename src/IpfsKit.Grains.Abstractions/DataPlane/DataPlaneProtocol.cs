namespace IpfsKit.Grains;

/// <summary>The words of the data plane's HTTP protocol, shared by the silo that serves it and the client that speaks it.</summary>
/// <remarks>
/// Reads follow the trustless gateway (<see href="https://specs.ipfs.tech/http-gateways/trustless-gateway/"/>); uploads and errors are ours.
/// The whole protocol is described in <c>docs/protocols/data-plane.md</c>.
/// </remarks>
public static class DataPlaneProtocol
{
    /// <summary>The header that carries the ticket of every request.</summary>
    public const string TicketHeader = "IpfsKit-Ticket";

    /// <summary>The path, relative to a data plane's base address, below which content is read.</summary>
    public const string ContentPath = "ipfs/";

    /// <summary>The path that takes streams and trees.</summary>
    public const string AddPath = "add";

    /// <summary>The path that takes CARs.</summary>
    public const string ImportPath = "import";

    /// <summary>The path that says what became of the upload whose ticket is shown.</summary>
    public const string UploadOutcomePath = "upload";

    /// <summary>A value of <c>walk</c>: a directory and the root blocks of its dag-pb entries, in the order in which a listing asks for them.</summary>
    public const string ListWalk = "list";

    /// <summary>A value of <c>walk</c>: everything below a path, in the order in which an export to a disk asks for it, each block as often as it is linked.</summary>
    public const string ExportWalk = "export";

    /// <summary>The media type of a CAR.</summary>
    public const string CarMediaType = "application/vnd.ipld.car";

    /// <summary>The media type of a raw block.</summary>
    public const string RawMediaType = "application/vnd.ipld.raw";

    /// <summary>The media type of an upload that is one file.</summary>
    public const string FileMediaType = "application/octet-stream";

    /// <summary>The media type of an upload that is a tree.</summary>
    public const string TreeMediaType = "multipart/form-data";

    /// <summary>The media type of a directory within a tree; it has no body.</summary>
    public const string DirectoryMediaType = "application/x-directory";

    /// <summary>The media type of a symbolic link within a tree; its body is the target.</summary>
    public const string SymlinkMediaType = "application/symlink";

    /// <summary>The media type of errors: RFC 9457 with the member <c>code</c> of <see cref="DataPlaneErrorCodes"/>.</summary>
    public const string ProblemMediaType = "application/problem+json";
}
