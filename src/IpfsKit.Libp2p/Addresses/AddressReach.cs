namespace IpfsKit.Libp2p.Addresses;

/// <summary>From where an address can be reached.</summary>
internal enum AddressReach
{
    /// <summary>This machine only.</summary>
    Loopback,

    /// <summary>Networks such as 192.168.0.0/16, that have no addresses of their own in the internet.</summary>
    Private,

    /// <summary>Everywhere.</summary>
    Public,

    /// <summary>Over another peer.</summary>
    Relayed,
}
