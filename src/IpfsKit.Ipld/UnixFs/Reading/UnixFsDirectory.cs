using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>A directory in a DAG, sharded or not, opened for reading.</summary>
/// <remarks>
/// Opening takes the root block alone. Entries are never fetched by anything here. Safe for concurrent use.
/// </remarks>
public sealed class UnixFsDirectory
{
    private readonly IBlockSource _source;
    private readonly UnixFsReadOptions _options;
    private readonly UnixFsNode _root;
    private readonly HamtShard? _shard;

    internal UnixFsDirectory(IBlockSource source, UnixFsReadOptions options, UnixFsNode root)
    {
        (_source, _options, _root) = (source, options, root);
        _shard = root.Type == UnixFsType.HamtShard ? HamtShard.Parse(root) : null;
        Mode = root.Data!.Permissions;
        ModificationTime = root.Data.ModificationTime;
    }

    /// <summary>The root.</summary>
    public Cid Cid => _root.Cid;

    /// <summary>Whether the entries are spread over shards.</summary>
    public bool IsSharded => _shard is not null;

    /// <summary>The recorded permissions (twelve bits), or null if unspecified.</summary>
    public uint? Mode { get; }

    /// <summary>The recorded time of modification, or null if unspecified.</summary>
    public UnixFsTime? ModificationTime { get; }

    /// <summary>Opens a directory.</summary>
    /// <exception cref="BlockNotFoundException">The root is not to be had.</exception>
    /// <exception cref="UnixFsTypeException">It is valid, but no directory.</exception>
    /// <exception cref="UnixFsException">It is not valid UnixFS.</exception>
    public static async ValueTask<UnixFsDirectory> OpenAsync(
        IBlockSource source, Cid cid, UnixFsReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options = (options ?? UnixFsReadOptions.Default).Validate();
        using var block = await source.GetRequiredAsync(cid, cancellationToken).ConfigureAwait(false);
        var node = UnixFsNode.Decode(block);
        return node.IsDirectory ? new UnixFsDirectory(source, options, node) : throw new UnixFsTypeException(cid, "a directory", node.Kind);
    }

    /// <summary>
    /// The entries: of a directory in one block in its order, of a sharded one in an order that depends on the hashes and is always the same.
    /// A name that is there twice in one block comes once, the first time.
    /// </summary>
    /// <remarks>Memory is bounded by a few shards, whatever the number of entries.</remarks>
    /// <exception cref="BlockNotFoundException">A shard is not to be had.</exception>
    /// <exception cref="UnixFsException">A shard is not valid.</exception>
    public async IAsyncEnumerable<UnixFsEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_shard is null)
        {
            foreach (var entry in ListPlain())
                yield return entry;
            yield break;
        }

        await foreach (var visit in ShardsAsync(cancellationToken).ConfigureAwait(false))
        {
            visit.Block?.Dispose();
            foreach (var link in visit.Shard.Links)
            {
                if (!visit.Shard.IsShard(link))
                    yield return visit.Shard.EntryOf(link, visit.Depth, visit.Path);
            }
        }
    }

    /// <summary>The entry of a name, or null. In a sharded directory, takes only the shards that the name's hash leads through.</summary>
    /// <inheritdoc cref="ListAsync" path="/exception"/>
    public ValueTask<UnixFsEntry?> FindAsync(string name, CancellationToken cancellationToken = default) => FindAsync(name, null, cancellationToken);

    /// <inheritdoc cref="FindAsync(string, CancellationToken)"/>
    /// <param name="name">The name.</param>
    /// <param name="visited">Is given the CIDs of the shards below the root that were looked at, outermost first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async ValueTask<UnixFsEntry?> FindAsync(string name, ICollection<Cid>? visited, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_shard is null)
        {
            foreach (var link in _root.Links)
            {
                if ((link.Name ?? "") == name)
                    return new UnixFsEntry(name, link.Hash, link.Tsize);
            }

            return null;
        }

        var hash = HamtShard.Hash(name);
        var shard = _shard;
        for (var depth = 0; ; depth++)
        {
            if (shard.Find(HamtShard.BucketOf(hash, depth, shard.BitsPerLevel)) is not { } link)
                return null;
            if (!shard.IsShard(link))
                return shard.NameOf(link) == name ? new UnixFsEntry(name, link.Hash, link.Tsize) : null;
            using var block = await _source.GetRequiredAsync(link.Hash, cancellationToken).ConfigureAwait(false);
            visited?.Add(link.Hash);
            shard = HamtShard.Parse(UnixFsNode.Decode(block), depth + 1, shard);
        }
    }

    /// <summary>The shards below the root, depth first; the caller disposes each block.</summary>
    internal async IAsyncEnumerable<Block> ShardBlocksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_shard is null)
            yield break;
        await foreach (var visit in ShardsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (visit.Block is null)
                continue;
            try
            {
                // Without this a shard that is linked from everywhere would have no end.
                foreach (var link in visit.Shard.Links)
                {
                    if (!visit.Shard.IsShard(link))
                        visit.Shard.EntryOf(link, visit.Depth, visit.Path);
                }
            }
            catch
            {
                visit.Block.Dispose();
                throw;
            }

            yield return visit.Block;
        }
    }

    private IEnumerable<UnixFsEntry> ListPlain()
    {
        // Sorted, as every writer makes them, names can only be twice side by side.
        HashSet<string>? seen = null;
        string? previous = null;
        for (var i = 0; i < _root.Links.Count; i++)
        {
            var link = _root.Links[i];
            var name = link.Name ?? "";
            if (seen is null && previous is not null && Codecs.Utf8Order.Compare(previous, name) >= 0)
                seen = [.. _root.Links.Take(i).Select(earlier => earlier.Name ?? "")];
            if (seen is null || seen.Add(name))
                yield return new UnixFsEntry(name, link.Hash, link.Tsize);
            previous = name;
        }
    }

    // The root comes first, without its block.
    private async IAsyncEnumerable<ShardVisit> ShardsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pending = new FetchStack<ShardVisit>(_source, Cid, _options, fullWindow: true, cancellationToken);
        await using var _ = pending.ConfigureAwait(false);
        var root = new ShardVisit(_shard!, null, 0, 0);
        Push(root);
        yield return root;
        for (var visited = 2L; pending.Count > 0; visited++)
        {
            if (visited > _options.MaxBlocks)
                throw new TraversalLimitException(Cid, nameof(_options.MaxBlocks), _options.MaxBlocks);
            var (block, from) = await pending.PopAsync().ConfigureAwait(false);
            ShardVisit visit;
            try
            {
                visit = new ShardVisit(HamtShard.Parse(UnixFsNode.Decode(block), from.Depth, from.Shard), block, from.Depth, from.Path);
                Push(visit);
            }
            catch
            {
                block.Dispose();
                throw;
            }

            yield return visit;
        }

        // What waits is a shard to come: its depth and path, and the shard above it.
        void Push(in ShardVisit visit)
        {
            for (var i = visit.Shard.Links.Count - 1; i >= 0; i--)
            {
                var link = visit.Shard.Links[i];
                if (visit.Shard.IsShard(link))
                    pending.Push(link.Hash, new ShardVisit(visit.Shard, null, visit.Depth + 1, visit.Shard.PathOf(link, visit.Path)));
            }
        }
    }

    private readonly record struct ShardVisit(HamtShard Shard, Block? Block, int Depth, ulong Path);
}
