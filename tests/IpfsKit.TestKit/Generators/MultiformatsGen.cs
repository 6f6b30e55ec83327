using System.Text;
using CsCheck;
using IpfsKit.Multiformats;

namespace IpfsKit.TestKit.Generators;

/// <summary>Random values of the multiformats, for property tests.</summary>
public static class MultiformatsGen
{
    private static readonly Multicodec[] Codecs = [Multicodec.Raw, Multicodec.DagPb, Multicodec.DagCbor, Multicodec.DagJson, Multicodec.Libp2pKey, Multicodec.Identity, (Multicodec)uint.MaxValue];

    private static readonly Multicodec[] Hashes = [Multicodec.Sha2_256, Multicodec.Sha2_512, Multicodec.Identity, Multicodec.Blake2b_256, Multicodec.Blake3, (Multicodec)uint.MaxValue];

    /// <summary>Every supported base.</summary>
    public static Gen<MultibaseEncoding> Base { get; } = Gen.OneOf(Enum.GetValues<MultibaseEncoding>());

    /// <summary>Any legal multihash, whatever its digest; half of them as common as sha2-256 of 32 bytes.</summary>
    public static Gen<Multihash> Multihash { get; } = Gen.OneOf(
        Gen.Byte.Array[32].Select(digest => new Multihash(Multicodec.Sha2_256, digest)),
        Gen.Select(Gen.OneOf(Hashes), Gen.Byte.Array[0, IpfsKit.Multiformats.Multihash.MaxDigestBytes], (code, digest) => new Multihash(code, digest)));

    /// <summary>Any legal CID of either version.</summary>
    public static Gen<Cid> Cid { get; } = Gen.OneOf(
        Gen.Byte.Array[32].Select(digest => IpfsKit.Multiformats.Cid.CreateV0(new Multihash(Multicodec.Sha2_256, digest))),
        Gen.Select(Gen.OneOf(Codecs), Multihash, (codec, hash) => IpfsKit.Multiformats.Cid.CreateV1(codec, hash)));

    /// <summary>Peer ids of keys of any length.</summary>
    public static Gen<PeerId> PeerId { get; } = Gen.Byte.Array[1, 60].Select(key => IpfsKit.Multiformats.PeerId.FromPublicKey(key));

    /// <summary>Addresses of up to eight components of every protocol of the table.</summary>
    public static Gen<Multiaddr> Multiaddr { get; } = Gen.OneOf([.. MultiaddrProtocol.All])
        .SelectMany(protocol => ValueOf(protocol).Select(value => Component(protocol, value)))
        .Array[1, 8].Select(Join);

    private static Gen<byte[]> ValueOf(MultiaddrProtocol protocol) => protocol switch
    {
        { ValueLength: 0 } => Gen.Const(Array.Empty<byte>()),
        { Code: Multicodec.P2p } => PeerId.Select(peerId => peerId.Bytes.ToArray()),
        { Code: Multicodec.Certhash } => Multihash.Select(hash => hash.ToBytes()),
        { Code: Multicodec.Garlic64 } => Gen.Byte.Array[386, 391],
        { Code: Multicodec.Garlic32 } => Gen.OneOf(Gen.Byte.Array[32], Gen.Byte.Array[35, 40]),
        { Code: Multicodec.HttpPath } => Gen.Byte.Array[1, 40],
        { Code: Multicodec.Onion or Multicodec.Onion3 } => Gen.Byte.Array[protocol.ValueLength].Select(value => (byte[])[.. value[..^1], (byte)(value[^1] | 1)]),
        { Code: Multicodec.Unix } => Gen.Char.AlphaNumeric.Array[1, 40].Select(text => Encoding.UTF8.GetBytes("/dir/" + new string(text))),
        { ValueLength: MultiaddrProtocol.VariableLength } => Gen.String[Gen.OneOf(Gen.Char.AlphaNumeric, Gen.OneOf('.', '-', '%', 'é', '中', '\u00a0')), 1, 40].Select(Encoding.UTF8.GetBytes),
        _ => Gen.Byte.Array[protocol.ValueLength],
    };

    private static byte[] Component(MultiaddrProtocol protocol, byte[] value)
    {
        var bytes = new byte[(2 * Varint.MaxBytes) + value.Length];
        var at = Varint.Write(bytes, (ulong)protocol.Code);
        if (protocol.ValueLength == MultiaddrProtocol.VariableLength)
            at += Varint.Write(bytes.AsSpan(at), (ulong)value.Length);
        value.CopyTo(bytes, at);
        return bytes[..(at + value.Length)];
    }

    private static Multiaddr Join(byte[][] components)
    {
        var address = default(Multiaddr);
        foreach (var component in components)
        {
            var next = IpfsKit.Multiformats.Multiaddr.FromBytes(component);
            address = address.Encapsulate(next);
            if (next.Contains(Multicodec.Unix))
                break;
        }

        return address;
    }
}
