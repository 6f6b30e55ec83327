using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Traversal;

/// <summary>Walks a DAG depth first: a block, then what its first link leads to, then its second.</summary>
/// <remarks>
/// <para>The walk never recurses, so that depth costs no stack, and holds only the links still to be followed. Identity CIDs are blocks like others
/// (their bytes are in the CID): they are visited and their links followed, without asking the source.</para>
/// <para>Reading ahead asks for the blocks that come next, in the order in which they will be visited; blocks that turn out not to be needed are
/// disposed. A walk that is left early waits for what it asked for. Safe to use concurrently; each walk has its own state.</para>
/// </remarks>
public sealed class DagWalker
{
    /// <summary>The most that <see cref="DagWalkOptions.ReadAhead"/> may be.</summary>
    public const int MaxReadAhead = 1024;

    private readonly IBlockSource _source;
    private readonly DagWalkOptions _options;

    /// <summary>Walks over a source.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="options"/> is outside its range.</exception>
    public DagWalker(IBlockSource source, DagWalkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= DagWalkOptions.Default;
        ArgumentOutOfRangeException.ThrowIfNegative(options.ReadAhead);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ReadAhead, MaxReadAhead);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Limits.MaxDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Limits.MaxBlocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Limits.MaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Limits.MaxPendingLinks, 1);
        _source = source;
        _options = options;
    }

    /// <summary>The blocks of the DAG under <paramref name="root"/>, in pre-order and link order; the caller disposes each.</summary>
    /// <exception cref="BlockNotFoundException">The source does not have a block.</exception>
    /// <exception cref="TraversalLimitException">The DAG is larger than the limits.</exception>
    /// <exception cref="UnsupportedCodecException">A block is of no known codec.</exception>
    /// <exception cref="CodecException">A block is not valid in its codec.</exception>
    public async IAsyncEnumerable<Block> WalkAsync(Cid root, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (root.IsDefault)
            throw new ArgumentException("A walk needs a root.", nameof(root));
        var limits = _options.Limits;
        var pending = new PendingLinks(_source, _options.ReadAhead, cancellationToken);
        await using var _ = pending.ConfigureAwait(false);
        var visited = _options.VisitDuplicates ? null : new HashSet<Cid>();
        var links = new List<Cid>();
        var blocks = 0L;
        var bytes = 0L;

        pending.Push(root, depth: 0);
        while (pending.TryPop(out var link))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // The version is how a link is written, not where it leads.
            if (visited is not null && !visited.Add(link.Cid.ToV1()))
            {
                await PendingLinks.DropAsync(link).ConfigureAwait(false);
                continue;
            }

            var block = await pending.TakeAsync(link).ConfigureAwait(false) ?? throw new BlockNotFoundException(link.Cid);
            try
            {
                if (++blocks > limits.MaxBlocks)
                    throw new TraversalLimitException(root, nameof(limits.MaxBlocks), limits.MaxBlocks);
                if ((bytes += block.Size) > limits.MaxBytes)
                    throw new TraversalLimitException(root, nameof(limits.MaxBytes), limits.MaxBytes);
                links.Clear();
                _options.Codecs.ReadLinks(block, links);
                if (links.Count > 0 && link.Depth == limits.MaxDepth)
                    throw new TraversalLimitException(root, nameof(limits.MaxDepth), limits.MaxDepth);
                if (links.Count > limits.MaxPendingLinks - pending.Count)
                    throw new TraversalLimitException(root, nameof(limits.MaxPendingLinks), limits.MaxPendingLinks);
                for (var i = links.Count - 1; i >= 0; i--)
                    pending.Push(links[i], link.Depth + 1);
                pending.ReadAhead();
            }
            catch
            {
                block.Dispose();
                throw;
            }

            yield return block;
        }
    }
}
