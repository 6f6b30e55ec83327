using System.Net;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Tests.Resources;

/// <summary>Resource managers for tests.</summary>
internal static class TestLimits
{
    public static ResourceLimits None { get; } = new()
    {
        System = ScopeLimits.None,
        Transient = ScopeLimits.None,
        Service = ScopeLimits.None,
        Protocol = ScopeLimits.None,
        Peer = ScopeLimits.None,
        Connection = ScopeLimits.None,
        Stream = ScopeLimits.None,
    };

    public static IPAddress Public { get; } = IPAddress.Parse("203.0.113.1");

    public static ResourceManager Manager(ResourceLimits? limits = null, AddressLimits? addresses = null, Libp2pInstruments? instruments = null, params IpNetwork[] exempt) =>
        new(limits ?? None, new AddressLimiter(addresses ?? new(int.MaxValue, int.MaxValue, int.MaxValue), exempt), instruments ?? new Libp2pInstruments());
}
