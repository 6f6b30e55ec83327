namespace IpfsKit.Multiformats;

#pragma warning disable CA1707 // the table's names carry digits on both sides of a dash

/// <summary>A code of the multicodec table: content types, hash functions, multiaddr protocols, key types.</summary>
/// <remarks>Table: <see href="https://github.com/multiformats/multicodec/blob/master/table.csv"/>. A value outside the table is legal.</remarks>
public enum Multicodec : uint
{
    /// <summary>identity (multihash).</summary>
    Identity = 0x00,

    /// <summary>sha2-256 (multihash).</summary>
    Sha2_256 = 0x12,

    /// <summary>sha2-512 (multihash).</summary>
    Sha2_512 = 0x13,

    /// <summary>sha3-512 (multihash).</summary>
    Sha3_512 = 0x14,

    /// <summary>sha3-384 (multihash).</summary>
    Sha3_384 = 0x15,

    /// <summary>sha3-256 (multihash).</summary>
    Sha3_256 = 0x16,

    /// <summary>sha3-224 (multihash).</summary>
    Sha3_224 = 0x17,

    /// <summary>blake3 (multihash).</summary>
    Blake3 = 0x1e,

    /// <summary>murmur3-x64-64 (hash, not cryptographic).</summary>
    Murmur3X64_64 = 0x22,

    /// <summary>dbl-sha2-256 (multihash).</summary>
    DblSha2_256 = 0x56,

    /// <summary>raw binary (ipld).</summary>
    Raw = 0x55,

    /// <summary>MerkleDAG protobuf (ipld).</summary>
    DagPb = 0x70,

    /// <summary>MerkleDAG cbor (ipld).</summary>
    DagCbor = 0x71,

    /// <summary>libp2p public key (ipld).</summary>
    Libp2pKey = 0x72,

    /// <summary>MerkleDAG json (ipld).</summary>
    DagJson = 0x0129,

    /// <summary>blake2b-256 (multihash).</summary>
    Blake2b_256 = 0xb220,
}
