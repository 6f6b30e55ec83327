namespace IpfsKit.Bitswap;

/// <summary>Bitswap, in the section <c>IpfsKit:Bitswap</c>.</summary>
public sealed class BitswapOptions
{
    /// <summary>Where the options are in the configuration.</summary>
    public const string SectionName = "IpfsKit:Bitswap";

    /// <summary>Fetching.</summary>
    public BitswapClientOptions Client { get; set; } = new();

    /// <summary>Serving.</summary>
    public BitswapServerOptions Server { get; set; } = new();

    /// <summary>Streams and messages.</summary>
    public BitswapNetworkOptions Network { get; set; } = new();
}
