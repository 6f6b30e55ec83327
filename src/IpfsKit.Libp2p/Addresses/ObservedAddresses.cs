using System.Net;
using System.Net.Sockets;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>What peers say about the address at which they see this host. Thread-safe.</summary>
/// <remarks>
/// One peer can lie, and one party can have many peers: an address counts once enough parties, told apart by the IPv4 address or the IPv6 /56 they come from, have observed it. Only observations over connections that end at
/// an address that is listened on count, as the port of another one says nothing.
/// </remarks>
internal sealed class ObservedAddresses(AddressOptions options, TimeProvider timeProvider)
{
    /// <summary>The most addresses that one party may name, so that none fills the table.</summary>
    public const int MaxPerObserver = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<(IpNetwork Observer, Multiaddr Address), DateTimeOffset> _observations = [];

    /// <summary>How many observations there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _observations.Count;
        }
    }

    /// <summary>Remembers an observation.</summary>
    /// <param name="observed">What the peer sees.</param>
    /// <param name="local">This end of the connection, as the transport sees it.</param>
    /// <param name="observer">Where the peer is.</param>
    /// <param name="listening">The addresses that are listened on.</param>
    /// <returns>Whether it was of use.</returns>
    public bool Add(Multiaddr observed, Multiaddr local, IPAddress? observer, IReadOnlyCollection<Multiaddr> listening)
    {
        if (observer is null || observed.IsRelayed() || observed.GetIPAddress() is not { } ip || !listening.Contains(local) || !HasSameTransport(observed, local))
            return false;
        // Nobody outside can see these, and whoever is inside knows them from the listeners.
        if (AddressReaches.Of(ip) != AddressReach.Public || AddressReaches.Of(observer) == AddressReach.Loopback)
            return false;
        var group = new IpNetwork(observer, observer.AddressFamily == AddressFamily.InterNetwork || observer.IsIPv4MappedToIPv6 ? 32 : 56);
        var now = timeProvider.GetUtcNow();
        lock (_lock)
        {
            RemoveExpired(now);
            var key = (group, observed);
            if (!_observations.ContainsKey(key))
            {
                var own = _observations.Where(item => item.Key.Observer == group).ToArray();
                if (own.Length >= MaxPerObserver)
                    _observations.Remove(own.MinBy(item => item.Value).Key);
                if (_observations.Count >= options.MaxObservations)
                    _observations.Remove(_observations.MinBy(item => item.Value).Key);
            }

            _observations[key] = now + options.ObservationLifetime;
        }

        return true;
    }

    /// <summary>The addresses that enough parties have observed, those of most first.</summary>
    public IReadOnlyList<Multiaddr> GetActive()
    {
        lock (_lock)
        {
            RemoveExpired(timeProvider.GetUtcNow());
            return
            [
                .. _observations.Keys
                    .GroupBy(key => key.Address)
                    .Where(group => group.Count() >= options.ObservationThreshold)
                    .OrderByDescending(group => group.Count())
                    .Take(options.MaxObservedAddresses)
                    .Select(group => group.Key),
            ];
        }
    }

    private void RemoveExpired(DateTimeOffset now)
    {
        foreach (var (key, _) in _observations.Where(item => item.Value <= now).ToArray())
            _observations.Remove(key);
    }

    /// <summary>Whether two addresses differ in IP addresses and ports only.</summary>
    private static bool HasSameTransport(Multiaddr observed, Multiaddr local)
    {
        return Protocols(observed).SequenceEqual(Protocols(local));

        static IEnumerable<Multicodec> Protocols(Multiaddr address)
        {
            var codes = new List<Multicodec>();
            foreach (var component in address)
            {
                if (component.Code is not (Multicodec.Ip4 or Multicodec.Ip6 or Multicodec.Ip6zone))
                    codes.Add(component.Code);
            }

            return codes;
        }
    }
}
