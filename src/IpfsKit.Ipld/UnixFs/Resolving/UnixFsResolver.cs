using System.Globalization;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Follows paths through directories, sharded or not, and through the maps, lists and links of dag-cbor and dag-json.</summary>
/// <remarks>
/// Symbolic links are not followed: a path through one is refused, a path to one leads to the link. Safe for concurrent use.
/// </remarks>
public sealed class UnixFsResolver
{
    private readonly IBlockSource _source;
    private readonly IpldCodecs _codecs;
    private readonly UnixFsReadOptions _options;

    /// <summary>Makes a resolver.</summary>
    /// <param name="source">Where blocks come from.</param>
    /// <param name="codecs">The codecs of blocks that are not UnixFS; null is <see cref="IpldCodecs.Default"/>.</param>
    /// <param name="options">Bounds.</param>
    public UnixFsResolver(IBlockSource source, IpldCodecs? codecs = null, UnixFsReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _codecs = codecs ?? IpldCodecs.Default;
        _options = (options ?? UnixFsReadOptions.Default).Validate();
    }

    /// <summary>Follows a path. Only the blocks on the way are taken, not the one where it ends unless it ends inside it.</summary>
    /// <exception cref="PathNotFoundException">A name is not there, or what is there has no names: a file.</exception>
    /// <exception cref="UnixFsTypeException">The path leads through a symbolic link.</exception>
    /// <exception cref="BlockNotFoundException">A block on the way is not to be had.</exception>
    /// <exception cref="UnixFsException">A dag-pb block on the way is not valid UnixFS.</exception>
    /// <exception cref="CodecException">A block on the way is not valid in its codec.</exception>
    /// <exception cref="UnsupportedCodecException">A block on the way is of no known codec.</exception>
    public async ValueTask<ResolvedPath> ResolveAsync(IpfsPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var at = path.Root;
        var visited = new List<Cid>();
        for (var next = 0; next < path.Segments.Count;)
        {
            // Raw bytes have no names, whatever they are.
            if (at.Codec == Multicodec.Raw)
                throw new PathNotFoundException(path.ToString(), path.Segments[next], at);
            using var block = await _source.GetRequiredAsync(at, cancellationToken).ConfigureAwait(false);
            if (at.Codec == Multicodec.DagPb)
            {
                var name = path.Segments[next++];
                visited.Add(at);
                at = await FindAsync(path, block, name, visited, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var (link, used) = Follow(path, block, next);
            if (link is not { } target)
                return new ResolvedPath(path, at, [.. path.Segments.Skip(next)], visited);
            visited.Add(at);
            at = target;
            next = used;
        }

        return new ResolvedPath(path, at, [], visited);
    }

    private async ValueTask<Cid> FindAsync(IpfsPath path, Block block, string name, List<Cid> visited, CancellationToken cancellationToken)
    {
        var node = UnixFsNode.Decode(block);
        if (node.Type == UnixFsType.Symlink)
            throw new UnixFsTypeException(block.Cid, "a directory", node.Kind);
        if (!node.IsDirectory)
            throw new PathNotFoundException(path.ToString(), name, block.Cid);
        var entry = await new UnixFsDirectory(_source, _options, node).FindAsync(name, visited, cancellationToken).ConfigureAwait(false);
        return entry?.Cid ?? throw new PathNotFoundException(path.ToString(), name, block.Cid);
    }

    /// <summary>Follows names inside a block until a link or the end of the path.</summary>
    private (Cid? Link, int Next) Follow(IpfsPath path, Block block, int next)
    {
        var value = _codecs.Decode(block);
        while (true)
        {
            if (value is IpldNode.Link link)
                return (link.Cid, next);
            if (next == path.Segments.Count)
                return (null, next);
            value = Step(value, path.Segments[next]) ?? throw new PathNotFoundException(path.ToString(), path.Segments[next], block.Cid);
            next++;
        }
    }

    private static IpldNode? Step(IpldNode value, string name) => value switch
    {
        IpldNode.Map map => map.TryGetValue(name, out var found) ? found : null,
        IpldNode.List list => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Items.Count
            ? list.Items[index]
            : null,
        _ => null,
    };
}
