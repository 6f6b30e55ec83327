using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Serialization;

/// <summary>A multiaddr on the wire of Orleans: its binary form, empty for <c>default</c>.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.Multiaddr")]
internal struct MultiaddrSurrogate
{
    [Id(0)]
    public byte[] Bytes;
}

/// <summary>Lets <see cref="Multiaddr"/> cross grains without knowing Orleans.</summary>
[RegisterConverter]
internal sealed class MultiaddrConverter : IConverter<Multiaddr, MultiaddrSurrogate>
{
    public Multiaddr ConvertFromSurrogate(in MultiaddrSurrogate surrogate) =>
        surrogate.Bytes is null or [] ? default : Multiaddr.FromBytes(surrogate.Bytes);

    public MultiaddrSurrogate ConvertToSurrogate(in Multiaddr value) => new() { Bytes = value.IsDefault ? [] : value.ToBytes() };
}
