namespace IpfsKit.Libp2p.Identities;

/// <summary>The kinds of keys that libp2p names, with their numbers in its protobuf.</summary>
/// <remarks>Spec: <see href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#keys"/>.</remarks>
public enum KeyType
{
    /// <summary>RSA, 2048 to 8192 bits.</summary>
    Rsa = 0,

    /// <summary>Ed25519, the default of every implementation.</summary>
    Ed25519 = 1,

    /// <summary>ECDSA on secp256k1.</summary>
    Secp256k1 = 2,

    /// <summary>ECDSA on P-256.</summary>
    Ecdsa = 3,
}
