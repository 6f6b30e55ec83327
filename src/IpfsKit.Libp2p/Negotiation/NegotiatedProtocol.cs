namespace IpfsKit.Libp2p.Negotiation;

/// <summary>What a listener agreed to.</summary>
/// <param name="Matcher">The entry of its table.</param>
/// <param name="Protocol">The id that the dialer proposed and got back.</param>
internal readonly record struct NegotiatedProtocol(ProtocolMatcher Matcher, string Protocol);
