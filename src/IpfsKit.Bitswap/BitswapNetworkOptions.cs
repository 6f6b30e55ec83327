namespace IpfsKit.Bitswap;

/// <summary>Streams and messages, in the section <c>IpfsKit:Bitswap:Network</c>.</summary>
public sealed class BitswapNetworkOptions;
