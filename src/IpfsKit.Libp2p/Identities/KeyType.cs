namespace IpfsKit.Libp2p.Identities;

/// <summary>The kinds of keys that libp2p names, with their numbers in its protobuf.</summary>
/// <remarks>Spec: <see href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#keys"/>. This version uses <see cref="Ed25519"/> only.</remarks>
public enum KeyType
{
    /// <summary>RSA.</summary>
    Rsa = 0,

    /// <summary>Ed25519, the default of every implementation.</summary>
    Ed25519 = 1,

    /// <summary>secp256k1.</summary>
    Secp256k1 = 2,

    /// <summary>ECDSA.</summary>
    Ecdsa = 3,
}
