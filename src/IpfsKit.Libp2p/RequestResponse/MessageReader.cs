namespace IpfsKit.Libp2p.RequestResponse;

/// <summary>Reads a message; throws <see cref="FormatException"/> where there is none.</summary>
public delegate T MessageReader<out T>(ReadOnlySpan<byte> bytes);
