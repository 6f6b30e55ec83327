using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using IpfsKit.Ipld.Codecs.DagCbor;
using IpfsKit.Ipld.Codecs.DagJson;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs;

/// <summary>The codecs of a process, by their codes. Immutable and safe to share.</summary>
public sealed class IpldCodecs
{
    private readonly FrozenDictionary<Multicodec, IIpldCodec> _codecs;

    /// <summary>Makes a registry of the given codecs.</summary>
    /// <exception cref="ArgumentException">Two have the same code.</exception>
    public IpldCodecs(IEnumerable<IIpldCodec> codecs)
    {
        ArgumentNullException.ThrowIfNull(codecs);
        var byCode = new Dictionary<Multicodec, IIpldCodec>();
        foreach (var codec in codecs)
        {
            if (!byCode.TryAdd(codec.Code, codec))
                throw new ArgumentException($"Two codecs have the code {codec.Code}.", nameof(codecs));
        }

        _codecs = byCode.ToFrozenDictionary();
    }

    /// <summary>raw, dag-pb, dag-cbor and dag-json.</summary>
    public static IpldCodecs Default { get; } = new([new RawCodec(), new DagPbCodec(), new DagCborCodec(), new DagJsonCodec()]);

    /// <summary>The codec of a code, if there is one.</summary>
    public bool TryGet(Multicodec code, [NotNullWhen(true)] out IIpldCodec? codec) => _codecs.TryGetValue(code, out codec);

    /// <summary>The codec of a code.</summary>
    /// <exception cref="UnsupportedCodecException">There is none.</exception>
    public IIpldCodec Get(Multicodec code) => TryGet(code, out var codec) ? codec : throw new UnsupportedCodecException(code);

    /// <summary>Decodes a block with the codec that its CID names.</summary>
    /// <exception cref="UnsupportedCodecException">There is none.</exception>
    /// <exception cref="CodecException">The bytes are not valid.</exception>
    public IpldNode Decode(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return Get(block.Cid.Codec).Decode(block.Data);
    }

    /// <summary>Appends the links of a block, in the order in which a depth-first walk follows them.</summary>
    /// <remarks>raw, cbor and json blocks link to nothing, so they need no codec and are not looked at.</remarks>
    /// <exception cref="UnsupportedCodecException">There is no codec.</exception>
    /// <exception cref="CodecException">The bytes are not valid.</exception>
    public void ReadLinks(in Cid cid, ReadOnlyMemory<byte> data, ICollection<Cid> links)
    {
        if (cid.Codec is not (Multicodec.Raw or Multicodec.Cbor or Multicodec.Json))
            Get(cid.Codec).ReadLinks(data, links);
    }

    /// <inheritdoc cref="ReadLinks(in Cid, ReadOnlyMemory{byte}, ICollection{Cid})"/>
    public void ReadLinks(Block block, ICollection<Cid> links)
    {
        ArgumentNullException.ThrowIfNull(block);
        ReadLinks(block.Cid, block.Data, links);
    }
}
