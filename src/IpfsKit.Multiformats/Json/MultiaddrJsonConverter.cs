namespace IpfsKit.Multiformats.Json;

/// <summary>A <see cref="Multiaddr"/> as its canonical text.</summary>
public sealed class MultiaddrJsonConverter : TextJsonConverter<Multiaddr>;
