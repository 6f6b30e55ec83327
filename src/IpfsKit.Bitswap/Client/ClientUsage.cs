namespace IpfsKit.Bitswap.Client;

/// <summary>How much the client keeps.</summary>
internal readonly record struct ClientUsage(int Sessions, int Wants, int Asks, int Late, long Bytes, int Tasks);
