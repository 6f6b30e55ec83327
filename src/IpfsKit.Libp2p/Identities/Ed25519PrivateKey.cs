using System.Security.Cryptography;
using NSec.Cryptography;

namespace IpfsKit.Libp2p.Identities;

/// <summary>An Ed25519 key over libsodium. libp2p encodes it as seed and public key, 64 bytes; old files repeat the public key, 96 bytes.</summary>
internal sealed class Ed25519PrivateKey : PrivateKey
{
    private const int SeedBytes = 32;
    private const int DataBytes = SeedBytes + Ed25519PublicKey.RawBytes;
    private const int OldDataBytes = DataBytes + Ed25519PublicKey.RawBytes;

    private readonly Key _key;

    private Ed25519PrivateKey(Key key)
        : base(Ed25519PublicKey.FromRaw(key.PublicKey.Export(KeyBlobFormat.RawPublicKey))) => _key = key;

    public static new Ed25519PrivateKey Generate() => new(Key.Create(SignatureAlgorithm.Ed25519, Exportable));

    public static Ed25519PrivateKey FromData(ReadOnlySpan<byte> data)
    {
        if (data.Length is not (DataBytes or OldDataBytes))
            throw new KeyFormatException($"A private Ed25519 key has {DataBytes} or {OldDataBytes} bytes, not {data.Length}.");
        var publicKey = data[SeedBytes..DataBytes];
        if (data.Length == OldDataBytes && !data[DataBytes..].SequenceEqual(publicKey))
            throw new KeyFormatException("The private Ed25519 key repeats a public key that differs.");
        var key = Key.Import(SignatureAlgorithm.Ed25519, data[..SeedBytes], KeyBlobFormat.RawPrivateKey, Exportable);
        if (key.PublicKey.Export(KeyBlobFormat.RawPublicKey).AsSpan().SequenceEqual(publicKey))
            return new Ed25519PrivateKey(key);
        key.Dispose();
        throw new KeyFormatException("The private Ed25519 key and the public key beside it do not belong together.");
    }

    public override byte[] Encode()
    {
        var data = new byte[DataBytes];
        var seed = _key.Export(KeyBlobFormat.RawPrivateKey);
        try
        {
            seed.CopyTo(data.AsSpan());
            _key.PublicKey.Export(KeyBlobFormat.RawPublicKey).CopyTo(data.AsSpan(SeedBytes));
            return KeyProtobuf.Encode(KeyType.Ed25519, data);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(data);
        }
    }

    public override byte[] Sign(ReadOnlySpan<byte> data) => SignatureAlgorithm.Ed25519.Sign(_key, data);

    private protected override void Dispose(bool disposing)
    {
        if (disposing)
            _key.Dispose();
    }

    private static KeyCreationParameters Exportable => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
}
