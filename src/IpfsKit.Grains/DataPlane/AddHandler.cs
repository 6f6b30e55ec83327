using IpfsKit.Grains.Content;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace IpfsKit.Grains.DataPlane;

/// <summary><c>POST /add</c>: bytes become a UnixFS DAG in the store, and its root a root of the cluster.</summary>
internal sealed class AddHandler(DataPlaneOptions options)
{
    /// <summary>Stores the body and registers its root.</summary>
    public async Task<UploadReceipt> HandleAsync(HttpContext context, ContentIngest ingest)
    {
        var request = context.Request;
        var pin = PinQuery.Parse(request.Query);
        var concern = QueryValues.Concern(request.Query);
        var distinct = new DistinctBlocks(ingest);
        var imported = await ImportAsync(distinct, request, new UnixFsImportOptions
        {
            Profile = ParseProfile(QueryValues.Single(request.Query, "profile")),
            MaxBatchBytes = options.UploadBatchBytes,
            MaxEntries = options.MaxTreeEntries,
            MaxDepth = options.MaxTreeDepth,
        }, context.RequestAborted);

        // From here on the client's patience does not count: what is stored is registered, or nobody can tell what became of it.
        await ingest.RegisterAsync(
            new StoredRoot
            {
                Root = imported.Root,
                SizeBytes = imported.FileBytes,
                DagBytes = distinct.Bytes,
                Blocks = distinct.Count,
                Pin = pin,
                WriteConcern = concern,
            },
            CancellationToken.None);
        return new UploadReceipt
        {
            Roots =
            [
                new UploadedRoot
                {
                    Cid = imported.Root.ToString(),
                    SizeBytes = imported.FileBytes,
                    DagBytes = distinct.Bytes,
                    Blocks = distinct.Count,
                },
            ],
            Blocks = imported.BlockCount,
            BlockBytes = distinct.Bytes,
        };
    }

    private static async Task<UnixFsImportResult> ImportAsync(
        IBlockSink sink, HttpRequest request, UnixFsImportOptions import, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw DataPlaneRefusals.UnsupportedMediaType(request.ContentType);
        if (type.MediaType.Equals(DataPlaneProtocol.TreeMediaType, StringComparison.OrdinalIgnoreCase))
        {
            var isDepthFirst = QueryValues.Flag(request.Query, "depth-first", fallback: false);
            return await new UnixFsTreeImporter(sink, import)
                .ImportAsync(new MultipartTree(request.Body, type, isDepthFirst), cancellationToken: cancellationToken);
        }

        if (!type.MediaType.Equals(DataPlaneProtocol.FileMediaType, StringComparison.OrdinalIgnoreCase))
            throw DataPlaneRefusals.UnsupportedMediaType(request.ContentType);
        var (mode, modified) = EntryMetadata.Parse(name => QueryValues.Single(request.Query, name));
        if (QueryValues.Single(request.Query, "wrap-as") is not { } name)
            return await new UnixFsImporter(sink, import).ImportFileAsync(request.Body, mode, modified, cancellationToken);
        // A path would make directories as well, and nobody has asked for those.
        UnixFsName.Validate(name);
        var file = UnixFsSourceEntry.File(name, request.Body) with { Mode = mode, ModificationTime = modified };
        return await new UnixFsTreeImporter(sink, import).ImportAsync(new UnixFsSource([file]), cancellationToken: cancellationToken);
    }

    private static UnixFsProfile ParseProfile(string? name) => name is null
        ? UnixFsProfile.UnixFsV1_2025
        : UnixFsProfile.TryGet(name, out var profile)
            ? profile
            : throw DataPlaneRefusals.BadRequest($"The profile '{name}' is not one of IPIP-499.");
}
