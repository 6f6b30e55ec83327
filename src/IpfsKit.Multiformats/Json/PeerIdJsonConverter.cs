namespace IpfsKit.Multiformats.Json;

/// <summary>A <see cref="PeerId"/> as base58btc text.</summary>
public sealed class PeerIdJsonConverter : TextJsonConverter<PeerId>;
