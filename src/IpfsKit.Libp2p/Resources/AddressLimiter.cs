using System.Net;
using System.Runtime.InteropServices;
using IpfsKit.Libp2p.Addresses;

namespace IpfsKit.Libp2p.Resources;

/// <summary>Bounds the connections of one IP address and of the networks that one party usually has: an IPv4 address, an IPv6 /56 and an IPv6 /48. Thread-safe.</summary>
/// <remarks>Loopback and the trusted networks are exempt: many silos may be behind one address.</remarks>
internal sealed class AddressLimiter(AddressLimits limits, IReadOnlyList<IpNetwork> exempt)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IpNetwork, int> _counts = [];

    /// <summary>How many networks have connections.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _counts.Count;
        }
    }

    /// <summary>Counts a connection.</summary>
    /// <param name="address">Where it comes from or goes to; null for none.</param>
    /// <param name="lease">Disposed when it ends.</param>
    /// <param name="limit">The limit that was reached.</param>
    public bool TryAdd(IPAddress? address, out Lease lease, out int limit)
    {
        (lease, limit) = (default, 0);
        if (address is null)
            return true;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || exempt.Any(network => network.Contains(address)))
            return true;

        var isIPv4 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        var narrow = new IpNetwork(address, isIPv4 ? 32 : 56);
        var wide = isIPv4 ? default : new IpNetwork(address, 48);
        lock (_lock)
        {
            limit = isIPv4 ? limits.PerIPv4 : limits.PerIPv6Prefix56;
            if (_counts.GetValueOrDefault(narrow) >= limit)
                return false;
            if (!isIPv4)
            {
                limit = limits.PerIPv6Prefix48;
                if (_counts.GetValueOrDefault(wide) >= limit)
                    return false;
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, wide, out _)++;
            }

            CollectionsMarshal.GetValueRefOrAddDefault(_counts, narrow, out _)++;
        }

        lease = new Lease(this, narrow, wide);
        return true;
    }

    private void Remove(IpNetwork network)
    {
        if (network == default)
            return;
        lock (_lock)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, network);
            if (--count == 0)
                _counts.Remove(network);
        }
    }

    /// <summary>One counted connection. Disposed once.</summary>
    public readonly struct Lease(AddressLimiter owner, IpNetwork narrow, IpNetwork wide) : IDisposable
    {
        /// <summary>It has ended.</summary>
        public void Dispose()
        {
            if (owner is null)
                return;
            owner.Remove(narrow);
            owner.Remove(wide);
        }
    }
}
