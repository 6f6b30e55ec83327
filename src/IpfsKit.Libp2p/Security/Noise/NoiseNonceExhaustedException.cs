namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>A key has encrypted as many messages as it may. Those who hold the connection close it.</summary>
internal sealed class NoiseNonceExhaustedException() : Libp2pException("The Noise connection has used all its nonces.");
