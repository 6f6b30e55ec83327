using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Serialization;

/// <summary>A CID on the wire of Orleans: its binary form, empty for <c>default</c>.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.Cid")]
internal struct CidSurrogate
{
    [Id(0)]
    public byte[] Bytes;
}

/// <summary>Lets <see cref="Cid"/> cross grains without knowing Orleans.</summary>
[RegisterConverter]
internal sealed class CidConverter : IConverter<Cid, CidSurrogate>
{
    public Cid ConvertFromSurrogate(in CidSurrogate surrogate) =>
        surrogate.Bytes is null or [] ? default : Cid.FromBytes(surrogate.Bytes);

    public CidSurrogate ConvertToSurrogate(in Cid value) => new() { Bytes = value.IsDefault ? [] : value.ToBytes() };
}
