using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Serialization;

/// <summary>A peer id on the wire of Orleans: its multihash, empty for <c>default</c>.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.PeerId")]
internal struct PeerIdSurrogate
{
    [Id(0)]
    public byte[] Bytes;
}

/// <summary>Lets <see cref="PeerId"/> cross grains without knowing Orleans.</summary>
[RegisterConverter]
internal sealed class PeerIdConverter : IConverter<PeerId, PeerIdSurrogate>
{
    public PeerId ConvertFromSurrogate(in PeerIdSurrogate surrogate) =>
        surrogate.Bytes is null or [] ? default : PeerId.FromBytes(surrogate.Bytes);

    public PeerIdSurrogate ConvertToSurrogate(in PeerId value) => new() { Bytes = value.IsDefault ? [] : value.ToBytes() };
}
