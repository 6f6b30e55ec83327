namespace IpfsKit.Bitswap;

/// <summary>Fetching, in the section <c>IpfsKit:Bitswap:Client</c>.</summary>
public sealed class BitswapClientOptions;
