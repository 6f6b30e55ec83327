namespace IpfsKit.Multiformats.Json;

/// <summary>A <see cref="Cid"/> as text: base58btc for version 0, base32 for version 1.</summary>
public sealed class CidJsonConverter : TextJsonConverter<Cid>;
