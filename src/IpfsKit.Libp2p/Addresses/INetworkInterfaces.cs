using System.Net;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>The addresses of this machine.</summary>
internal interface INetworkInterfaces
{
    /// <summary>Those of interfaces that are up. May take some milliseconds.</summary>
    IReadOnlyList<IPAddress> GetAddresses();
}
