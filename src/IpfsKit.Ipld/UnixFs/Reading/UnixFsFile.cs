using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>A file in a DAG, opened for reading.</summary>
/// <remarks>
/// <para>Opening takes the root block alone. Reading a range takes only the blocks that hold it and the nodes above them; a block that is
/// missing elsewhere in the file does not matter. Every size in the DAG is checked when its node is read.</para>
/// <para>Safe for concurrent use. Disposing gives the root's block back and must wait for the reads.</para>
/// </remarks>
public sealed class UnixFsFile : IDisposable
{
    private readonly IBlockSource _source;
    private readonly UnixFsReadOptions _options;
    private readonly Block _root;

    /// <summary>A file over its root block, which it takes over unless this throws.</summary>
    internal UnixFsFile(IBlockSource source, UnixFsReadOptions options, Block root, UnixFsNode node)
    {
        (_source, _options, _root) = (source, options, root);
        Length = FileWalk.Measure(node);
        Mode = node.Data?.Permissions;
        ModificationTime = node.Data?.ModificationTime;
    }

    /// <summary>The root.</summary>
    public Cid Cid => _root.Cid;

    /// <summary>The file's length in bytes.</summary>
    public long Length { get; }

    /// <summary>The recorded permissions (twelve bits), or null if unspecified.</summary>
    public uint? Mode { get; }

    /// <summary>The recorded time of modification, or null if unspecified.</summary>
    public UnixFsTime? ModificationTime { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="BlockNotFoundException">The root is not to be had.</exception>
    /// <exception cref="UnixFsTypeException">It is valid, but no file.</exception>
    /// <exception cref="UnixFsException">It is not valid UnixFS.</exception>
    public static async ValueTask<UnixFsFile> OpenAsync(
        IBlockSource source, Cid cid, UnixFsReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options = (options ?? UnixFsReadOptions.Default).Validate();
        var block = await source.GetRequiredAsync(cid, cancellationToken).ConfigureAwait(false);
        try
        {
            return new UnixFsFile(source, options, block, UnixFsNode.Decode(block).AsFile());
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of a range in order, in pieces as the blocks hold them.</summary>
    /// <param name="range">The range; what lies past the end is empty.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Pieces that are valid until the next is asked for.</returns>
    /// <exception cref="BlockNotFoundException">A block of the range is not to be had.</exception>
    /// <exception cref="UnixFsException">A node of the range is not valid; no byte of it was given out.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(EntityBytes range, CancellationToken cancellationToken = default)
    {
        var (start, end) = range.Resolve(Length);
        return ReadAsync(start, end, fullWindow: true, cancellationToken);
    }

    /// <summary>Writes a range to a stream.</summary>
    /// <inheritdoc cref="ReadAsync(EntityBytes, CancellationToken)" path="/exception"/>
    public async Task CopyToAsync(Stream destination, EntityBytes range, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        await foreach (var piece in ReadAsync(range, cancellationToken).ConfigureAwait(false))
            await destination.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the whole file to a stream.</summary>
    /// <inheritdoc cref="ReadAsync(EntityBytes, CancellationToken)" path="/exception"/>
    public Task CopyToAsync(Stream destination, CancellationToken cancellationToken = default) =>
        CopyToAsync(destination, EntityBytes.All, cancellationToken);

    /// <summary>A seekable stream over the file, independent of this object's lifetime.</summary>
    public UnixFsReadStream OpenRead()
    {
        var root = _root.Retain();
        return new UnixFsReadStream(new UnixFsFile(this, root));
    }

    /// <summary>The blocks that cover a range, root and interior nodes included, depth first; the caller disposes each.</summary>
    /// <remarks>A node that is linked twice comes twice. The whole file includes nodes that hold no bytes.</remarks>
    /// <inheritdoc cref="ReadAsync(EntityBytes, CancellationToken)" path="/exception"/>
    public async IAsyncEnumerable<Block> BlocksAsync(EntityBytes range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (start, end) = range.Resolve(Length);
        await foreach (var visit in FileWalk
            .VisitAsync(_source, _root.Retain(), start, end, range.IsAll, fullWindow: true, _options, cancellationToken).ConfigureAwait(false))
            yield return visit.Block;
    }

    /// <summary>Gives the root's block back.</summary>
    public void Dispose() => _root.Dispose();

    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        long start, long end, bool fullWindow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (start >= end)
            yield break;
        await foreach (var visit in FileWalk
            .VisitAsync(_source, _root.Retain(), start, end, withEmpty: false, fullWindow, _options, cancellationToken).ConfigureAwait(false))
        {
            using var block = visit.Block;
            var content = visit.Node.Content;
            var from = (int)Math.Clamp(start - visit.Offset, 0, content.Length);
            var to = (int)Math.Clamp(end - visit.Offset, 0, content.Length);
            if (from < to)
                yield return content[from..to];
        }
    }

    private UnixFsFile(UnixFsFile other, Block root)
    {
        (_source, _options, _root) = (other._source, other._options, root);
        (Length, Mode, ModificationTime) = (other.Length, other.Mode, other.ModificationTime);
    }
}
