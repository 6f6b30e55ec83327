using System.Runtime.CompilerServices;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Car;

/// <summary>Selects the blocks of a path, an entity, a range of a file or a whole DAG, and writes them as a CAR.</summary>
/// <remarks>
/// <para>Order: the blocks that lead along the path, the last of them excepted, then depth first from where it ends (<c>order=dfs</c>). Blocks of
/// identity CIDs are followed and never sent. A path that ends inside a dag-cbor or dag-json block counts as ending at that block.</para>
/// <para>Safe for concurrent use. Spec: <see href="https://specs.ipfs.tech/http-gateways/trustless-gateway/#car-responses-application-vnd-ipld-car"/>.</para>
/// </remarks>
public sealed class CarExporter
{
    private readonly IBlockSource _source;
    private readonly IpldCodecs _codecs;

    /// <summary>Exports from a source.</summary>
    /// <param name="source">Where blocks come from.</param>
    /// <param name="codecs">The codecs that read links; null is <see cref="IpldCodecs.Default"/>.</param>
    public CarExporter(IBlockSource source, IpldCodecs? codecs = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _codecs = codecs ?? IpldCodecs.Default;
    }

    /// <summary>Follows the request's path and tells where it leads.</summary>
    /// <inheritdoc cref="UnixFsResolver.ResolveAsync" path="/exception"/>
    public ValueTask<ResolvedPath> ResolveAsync(CarExportRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new UnixFsResolver(_source, _codecs, ReadOptions(request)).ResolveAsync(request.Path, cancellationToken);
    }

    /// <summary>The blocks to send for a path that was followed, in order; the caller disposes each.</summary>
    /// <exception cref="BlockNotFoundException">The source does not have a block.</exception>
    /// <exception cref="TraversalLimitException">There is more than the request's limits allow.</exception>
    /// <exception cref="UnsupportedCodecException">With <see cref="DagScope.All"/>, a block is of no known codec.</exception>
    /// <exception cref="CodecException">With <see cref="DagScope.All"/>, a block is not valid in its codec.</exception>
    /// <exception cref="UnixFsException">A node below the root of an entity is not valid.</exception>
    public async IAsyncEnumerable<Block> SelectAsync(
        CarExportRequest request, ResolvedPath resolved, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(resolved);
        var sent = request.Duplicates == CarDuplicates.Omit ? new HashSet<Cid>() : null;
        foreach (var cid in resolved.Visited)
        {
            if (!cid.Hash.IsIdentity && sent?.Add(cid.ToV1()) is not false)
                yield return await _source.GetRequiredAsync(cid, cancellationToken).ConfigureAwait(false);
        }

        // A walk of everything already leaves out what it has seen; of the rest only the path has to be remembered.
        var remember = request.Bytes is not null || request.Scope != DagScope.All;
        var bytes = 0L;
        await foreach (var block in BelowAsync(request, resolved.Cid, cancellationToken).ConfigureAwait(false))
        {
            bytes += block.Size;
            if (bytes > request.Limits.MaxBytes)
            {
                block.Dispose();
                throw new TraversalLimitException(resolved.Cid, nameof(TraversalLimits.MaxBytes), request.Limits.MaxBytes);
            }

            var isRepeated = sent is not null && (remember ? !sent.Add(block.Cid.ToV1()) : sent.Contains(block.Cid.ToV1()));
            if (isRepeated || block.Cid.Hash.IsIdentity)
                block.Dispose();
            else
                yield return block;
        }
    }

    /// <summary>Writes a CAR whose root is where the path leads. Nothing is written before the path was followed and the first block found.</summary>
    /// <remarks>
    /// When it throws after that, the CAR ends inside the data and the stream is not flushed: the receiver must take it for broken. While a
    /// block has to be waited for, what is there is flushed.
    /// </remarks>
    /// <param name="request">What to write.</param>
    /// <param name="output">Where to; stays open.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <inheritdoc cref="SelectAsync" path="/exception"/>
    /// <exception cref="PathNotFoundException">The path leads nowhere.</exception>
    public async ValueTask<CarExportResult> ExportAsync(CarExportRequest request, Stream output, CancellationToken cancellationToken = default)
    {
        var resolved = await ResolveAsync(request, cancellationToken).ConfigureAwait(false);
        var blocks = SelectAsync(request, resolved, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = blocks.ConfigureAwait(false);
        var hasBlock = await blocks.MoveNextAsync().ConfigureAwait(false);
        var writer = await CarWriter.CreateAsync(output, [resolved.Cid], leaveOpen: true, cancellationToken).ConfigureAwait(false);
        try
        {
            while (hasBlock)
            {
                using (var block = blocks.Current)
                    await writer.WriteAsync(block, cancellationToken).ConfigureAwait(false);
                hasBlock = await MoveNextAsync(blocks, writer, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            writer.Abandon();
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await writer.DisposeAsync().ConfigureAwait(false);
        return new CarExportResult(resolved.Cid, writer.BlocksWritten, writer.BytesWritten);
    }

    /// <summary>Moves to the next block; flushes what was written if that has to be waited for.</summary>
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<Block> blocks, CarWriter writer, CancellationToken cancellationToken)
    {
        var next = blocks.MoveNextAsync();
        if (next.IsCompleted)
            return await next.ConfigureAwait(false);
        var waiting = next.AsTask();
        try
        {
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // An enumerator may not be disposed while it moves.
            await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (waiting.IsCompletedSuccessfully && await waiting.ConfigureAwait(false))
                blocks.Current.Dispose();
            throw;
        }

        return await waiting.ConfigureAwait(false);
    }

    private IAsyncEnumerable<Block> BelowAsync(CarExportRequest request, Cid root, CancellationToken cancellationToken)
    {
        var limits = request.Limits;
        if (request.Bytes is { } range)
            return EntityBlocks.EnumerateAsync(_source, root, range, ReadOptions(request), cancellationToken);
        return request.Scope switch
        {
            DagScope.Block => OneAsync(root, cancellationToken),
            DagScope.Entity => EntityBlocks.EnumerateAsync(_source, root, EntityBytes.All, ReadOptions(request), cancellationToken),
            DagScope.All => new DagWalker(
                _source,
                new DagWalkOptions
                {
                    Limits = limits,
                    ReadAhead = request.ReadAhead,
                    Codecs = _codecs,
                    VisitDuplicates = request.Duplicates == CarDuplicates.Include,
                }).WalkAsync(root, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Scope, "No such scope."),
        };
    }

    private async IAsyncEnumerable<Block> OneAsync(Cid cid, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await _source.GetRequiredAsync(cid, cancellationToken).ConfigureAwait(false);
    }

    private static UnixFsReadOptions ReadOptions(CarExportRequest request) => new()
    {
        MaxBlocks = request.Limits.MaxBlocks,
        MaxDepth = Math.Max(1, request.Limits.MaxDepth),
        ReadAheadBlocks = request.ReadAhead,
        MaxPendingLinks = request.Limits.MaxPendingLinks,
    };
}
