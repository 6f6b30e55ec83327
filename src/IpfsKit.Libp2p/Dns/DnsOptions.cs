namespace IpfsKit.Libp2p.Dns;

/// <summary>How addresses with names are resolved.</summary>
public sealed class DnsOptions
{
    /// <summary>The name servers.</summary>
    /// <value>IP addresses, with a port where it is not 53: <c>192.0.2.1:5353</c>. Default: none, so that those of the machine are asked.</value>
    public IList<string> Servers { get; set; } = [];

    /// <summary>How long resolving one address may take, all steps together.</summary>
    /// <value>100 ms to 5 min. Default: 10 s.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many <c>/dnsaddr</c> records may lead to each other.</summary>
    /// <value>1 to 64. Default: 8.</value>
    public int MaxDepth { get; set; } = 8;

    /// <summary>The most questions for one address.</summary>
    /// <value>1 to 1,024. Default: 32.</value>
    public int MaxQueries { get; set; } = 32;

    /// <summary>The most addresses that one address resolves to; the rest is ignored.</summary>
    /// <value>1 to 1,024. Default: 100.</value>
    public int MaxAddresses { get; set; } = 100;
}
