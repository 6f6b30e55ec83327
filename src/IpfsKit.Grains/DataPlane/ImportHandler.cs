using IpfsKit.Grains.Content;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using Microsoft.AspNetCore.Http;

namespace IpfsKit.Grains.DataPlane;

/// <summary><c>POST /import</c>: the blocks of a CAR, each verified, and its roots if their DAGs are whole.</summary>
internal sealed class ImportHandler(DataPlaneOptions options)
{
    private const int MaxHeaderBytesPerRoot = 64;

    /// <summary>Stores the blocks and registers the roots.</summary>
    public async Task<UploadReceipt> HandleAsync(HttpContext context, ContentIngest ingest)
    {
        var request = context.Request;
        var pin = PinQuery.Parse(request.Query);
        var concern = QueryValues.Concern(request.Query);
        var partial = QueryValues.Flag(request.Query, "partial", fallback: false);
        var large = QueryValues.Flag(request.Query, "allow-large-blocks", fallback: false);
        if (request.ContentType?.Split(';')[0].Trim() is var type and not (DataPlaneProtocol.CarMediaType or DataPlaneProtocol.FileMediaType))
            throw DataPlaneRefusals.UnsupportedMediaType(type);

        var distinct = new DistinctBlocks(ingest);
        var imported = await CarImporter.ImportAsync(
            request.Body,
            distinct,
            new CarReaderOptions
            {
                MaxBlockBytes = large ? options.MaxImportBlockBytes : BlockLimits.MaxBlockBytes,
                MaxHeaderBytes = Math.Max(1024, options.MaxImportRoots * MaxHeaderBytesPerRoot),
                LeaveOpen = true,
            },
            context.RequestAborted);
        if (imported.Roots.Count == 0)
            throw new CarFormatException(0, "it names no root, so that nothing in it could be found again");
        if (imported.Roots.Count > options.MaxImportRoots)
            throw DataPlaneRefusals.BadRequest($"The CAR has {imported.Roots.Count} roots; {options.MaxImportRoots} are allowed.");
        // Of a version 2 CAR the index is still to come.
        await request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

        // All roots are checked before one is registered.
        var measured = new List<(Cid Root, DagSize? Size)>(imported.Roots.Count);
        var budget = new WalkBudget { Blocks = options.MaxImportDagBlocks };
        foreach (var root in imported.Roots.DistinctBy(root => root.ToV1()))
            measured.Add((root, await MeasureAsync(ingest, root, partial, budget, context.RequestAborted)));
        foreach (var (root, size) in measured)
        {
            if (size is { } known)
                await RegisterAsync(ingest, root, known, pin, concern);
        }

        return new UploadReceipt
        {
            Roots = [.. measured.Select(entry => Describe(entry.Root, entry.Size))],
            Blocks = imported.Blocks,
            BlockBytes = distinct.Bytes,
        };
    }

    /// <summary>Walks a root's whole DAG; null if a block is missing and that is allowed.</summary>
    private async Task<DagSize?> MeasureAsync(ContentIngest ingest, Cid root, bool partial, WalkBudget budget, CancellationToken cancellationToken)
    {
        var limits = TraversalLimits.Default with { MaxBlocks = options.MaxImportDagBlocks };
        var walker = new DagWalker(ingest, new DagWalkOptions { Limits = limits, ReadAhead = 4 });
        var (blocks, bytes) = (0L, 0L);
        try
        {
            await foreach (var block in walker.WalkAsync(root, cancellationToken))
            {
                using (block)
                {
                    if (--budget.Blocks < 0)
                        throw new TraversalLimitException(root, nameof(limits.MaxBlocks), options.MaxImportDagBlocks);
                    if (block.Cid.Hash.IsIdentity)
                        continue;
                    blocks++;
                    bytes += block.Size;
                }
            }
        }
        catch (BlockNotFoundException missing) when (partial)
        {
            _ = missing;
            return null;
        }
        catch (BlockNotFoundException missing)
        {
            throw new IncompleteDagException(root, missing.Cid);
        }

        return new DagSize(await UnixFsContentSize.MeasureAsync(ingest, root, options.MaxTreeEntries, options.MaxTreeDepth, cancellationToken), bytes, blocks);
    }

    private static async Task RegisterAsync(ContentIngest ingest, Cid root, DagSize size, PinRequest? pin, WriteConcern concern) =>
        await ingest.RegisterAsync(
            new StoredRoot { Root = root, SizeBytes = size.ContentBytes, DagBytes = size.DagBytes, Blocks = size.Blocks, Pin = pin, WriteConcern = concern }, CancellationToken.None);

    private static UploadedRoot Describe(Cid root, DagSize? size) => new()
    {
        Cid = root.ToString(),
        SizeBytes = size?.ContentBytes ?? 0,
        DagBytes = size?.DagBytes ?? 0,
        Blocks = size?.Blocks ?? 0,
        Committed = size is not null,
    };

    /// <summary>What the walks over all roots of an import may still visit: many roots may reach the same blocks, and each walk visits them again.</summary>
    private sealed class WalkBudget
    {
        public long Blocks { get; set; }
    }

    private readonly record struct DagSize(long ContentBytes, long DagBytes, long Blocks);
}
