using System.Runtime.CompilerServices;
using System.Text;
using IpfsKit.Ipld.UnixFs;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace IpfsKit.Grains.DataPlane;

/// <summary>A tree as <c>multipart/form-data</c> in Kubo's convention, one part per entry.</summary>
/// <remarks>
/// <code>
/// Content-Disposition: form-data; name="file?mode=0644&amp;mtime=1700000000"; filename="percent-encoded/relative/path"
/// Content-Type: application/octet-stream | application/x-directory | application/symlink
/// </code>
/// All entries lie below one top directory, whose name is no part of the content: it becomes the root. What a name may be is for the importer to say; a part
/// that is neither a file nor a directory nor a symbolic link is refused.
/// </remarks>
internal sealed class MultipartTree(Stream body, MediaTypeHeaderValue contentType, bool isDepthFirst) : IUnixFsSource
{
    private const int MaxBoundaryLength = 70;
    private const int MaxHeaderBytes = 64 << 10;
    private const int MaxHeaders = 16;
    private const int MaxSymlinkBytes = 4096;

    /// <inheritdoc/>
    /// <remarks>What the client promises; the importer refuses entries that break the promise.</remarks>
    public bool IsDepthFirst => isDepthFirst;

    /// <inheritdoc/>
    public bool AllowsConcurrentReads => false;

    /// <inheritdoc/>
    public async IAsyncEnumerable<UnixFsSourceEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var boundary = HeaderUtilities.RemoveQuotes(contentType.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundaryLength)
            throw DataPlaneRefusals.BadRequest("The boundary of the multipart body is missing or longer than 70 characters.");
        var reader = new MultipartReader(boundary, body) { HeadersLengthLimit = MaxHeaderBytes, HeadersCountLimit = MaxHeaders, BodyLengthLimit = null };
        string? top = null;
        while (await NextAsync(reader, cancellationToken) is { } part)
        {
            var entry = await ReadPartAsync(part, cancellationToken);
            var slash = entry.Path.IndexOf('/', StringComparison.Ordinal);
            var first = slash < 0 ? entry.Path : entry.Path[..slash];
            top ??= first;
            if (first != top || (slash < 0 && entry.Kind != UnixFsSourceKind.Directory))
                throw DataPlaneRefusals.BadRequest($"The entry '{entry.Path}' does not lie below the top directory '{top}' of the tree.");
            yield return entry with { Path = slash < 0 ? "" : entry.Path[(slash + 1)..] };
        }

        if (top is null)
            throw DataPlaneRefusals.BadRequest("The tree has no entries.");
    }

    private static async ValueTask<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception exception) when (PartContent.IsMalformed(exception))
        {
            throw PartContent.Refusal(exception);
        }
    }

    private static async ValueTask<UnixFsSourceEntry> ReadPartAsync(MultipartSection part, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) || disposition.FileName.Length == 0)
            throw DataPlaneRefusals.BadRequest("A part of the tree has no file name.");
        var path = System.Net.WebUtility.UrlDecode(HeaderUtilities.RemoveQuotes(disposition.FileName).Value)!;
        var (mode, modified) = ParseName(HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "");
        switch (part.ContentType)
        {
            case DataPlaneProtocol.DirectoryMediaType:
                return UnixFsSourceEntry.Directory(path) with { Mode = mode, ModificationTime = modified };
            case DataPlaneProtocol.SymlinkMediaType:
                return UnixFsSourceEntry.Symlink(path, await ReadTargetAsync(new PartContent(part.Body), path, cancellationToken));
            case DataPlaneProtocol.FileMediaType:
                return UnixFsSourceEntry.File(path, new PartContent(part.Body)) with { Mode = mode, ModificationTime = modified };
            default:
                throw DataPlaneRefusals.UnsupportedMediaType(part.ContentType);
        }
    }

    private static (uint? Mode, UnixFsTime? ModificationTime) ParseName(string name)
    {
        var question = name.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
            return (null, null);
        var query = QueryHelpers.ParseQuery(name[question..]);
        return EntryMetadata.Parse(parameter => query.TryGetValue(parameter, out var values) ? values[0] : null);
    }

    private static async ValueTask<string> ReadTargetAsync(PartContent body, string path, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxSymlinkBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxSymlinkBytes)
            throw DataPlaneRefusals.BadRequest($"The target of the symbolic link '{path}' is longer than {MaxSymlinkBytes} bytes.");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw DataPlaneRefusals.BadRequest($"The target of the symbolic link '{path}' is not UTF-8.");
        }
    }
}
