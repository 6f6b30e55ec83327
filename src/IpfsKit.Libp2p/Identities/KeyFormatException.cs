namespace IpfsKit.Libp2p.Identities;

/// <summary>Bytes are not a key in the encoding of libp2p. The message never holds key material.</summary>
public sealed class KeyFormatException(string message) : FormatException(message);
