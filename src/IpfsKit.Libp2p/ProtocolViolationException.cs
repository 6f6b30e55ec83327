namespace IpfsKit.Libp2p;

/// <summary>The other side does not follow the protocol of a stream: what it sent is too large, malformed or untrue. The stream is of no further use.</summary>
public sealed class ProtocolViolationException(string reason, Exception? innerException = null) : Libp2pException(reason, innerException);
