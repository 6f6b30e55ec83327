namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>A handshake message is not the next one of this handshake.</summary>
internal sealed class NoiseHandshakeException(string reason) : Libp2pException(reason);
