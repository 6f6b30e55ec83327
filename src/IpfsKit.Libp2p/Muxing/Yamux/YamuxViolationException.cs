namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>The other side broke the protocol, or a limit on what it may ask for. Inside the reader only: callers see a <see cref="ConnectionClosedException"/>.</summary>
internal sealed class YamuxViolationException(string message) : Exception(message);
