using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>A block decoded as UnixFS. Everything in it points into the block, which the caller keeps alive.</summary>
internal sealed class UnixFsNode
{
    private UnixFsNode(in Cid cid, UnixFsData? data, IReadOnlyList<DagPbLink> links, ReadOnlyMemory<byte> content)
    {
        Cid = cid;
        Data = data;
        Links = links;
        Content = content;
    }

    public Cid Cid { get; }

    /// <summary>The message, or null for a raw block.</summary>
    public UnixFsData? Data { get; }

    public IReadOnlyList<DagPbLink> Links { get; }

    /// <summary>The data inside the node: a raw block's bytes, or the message's data.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The type; a raw block is a file.</summary>
    public UnixFsType Type => Data?.Type ?? UnixFsType.File;

    public bool IsFile => Type is UnixFsType.File or UnixFsType.Raw;

    public bool IsDirectory => Type is UnixFsType.Directory or UnixFsType.HamtShard;

    /// <summary>The kind in words, for errors.</summary>
    public string Kind => Type switch
    {
        UnixFsType.File or UnixFsType.Raw => "a file",
        UnixFsType.Directory => "a directory",
        UnixFsType.HamtShard => "a sharded directory",
        UnixFsType.Symlink => "a symbolic link",
        _ => $"a node of type {Type}",
    };

    /// <summary>Decodes a block.</summary>
    /// <exception cref="UnixFsException">It is neither raw nor dag-pb with a UnixFS message, or either is malformed.</exception>
    public static UnixFsNode Decode(Block block)
    {
        switch (block.Cid.Codec)
        {
            case Multicodec.Raw:
                return new UnixFsNode(block.Cid, null, [], block.Data);
            case Multicodec.DagPb:
                break;
            default:
                throw new UnixFsException(block.Cid, $"the codec {block.Cid.Codec} is neither raw nor dag-pb.");
        }

        try
        {
            var node = DagPbCodec.DecodeNode(block.Data);
            if (node.Data is not { Length: > 0 } message)
                throw new UnixFsException(block.Cid, "the dag-pb node has no data.");
            var data = UnixFsData.Decode(message);
            return new UnixFsNode(block.Cid, data, node.Links, data.Data ?? default);
        }
        catch (CodecException exception)
        {
            throw new UnixFsException(block.Cid, exception.Message, exception);
        }
        catch (UnixFsException exception) when (exception.Cid is null)
        {
            throw new UnixFsException(block.Cid, exception.Reason, exception);
        }
    }

    /// <summary>This node if it is a file.</summary>
    /// <exception cref="UnixFsTypeException">It is not.</exception>
    public UnixFsNode AsFile() => IsFile ? this : throw new UnixFsTypeException(Cid, "a file", Kind);
}
