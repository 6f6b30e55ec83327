namespace IpfsKit.Bitswap;

/// <summary>Serving, in the section <c>IpfsKit:Bitswap:Server</c>.</summary>
public sealed class BitswapServerOptions;
