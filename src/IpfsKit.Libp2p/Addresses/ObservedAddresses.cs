using System.Net;
using System.Net.Sockets;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>What peers say about the address at which they see this host. Thread-safe.</summary>
/// <remarks>
/// One peer can lie, and one party can have many peers: an address counts once enough parties, told apart by the IPv4 address or the IPv6 /56 they come from, have observed it. Only observations over connections that end at
/// an address that is listened on count, as the port of another one says nothing: those that peers have opened, and those that this host has, where it dials from the socket on which it listens. That is go-libp2p's rule as well; its
/// TCP dials from the listener's port and so learns from both, while <see cref="Transports.Tcp.TcpTransport"/> dials from any port (docs/decisions/0012). An observation counts as long as one of its connections is open, and <see cref="AddressOptions.ObservationLifetime"/> longer; a connection says one
/// thing, the last.
/// </remarks>
internal sealed class ObservedAddresses(AddressOptions options, TimeProvider timeProvider)
{
    /// <summary>The most addresses that one party may name, so that none fills the table.</summary>
    public const int MaxPerObserver = 4;

    // RFC 6052.
    private static readonly IpNetwork TranslatedNetwork = new(IPAddress.Parse("64:ff9b::"), 96);

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Observation> _observations = [];

    // What each open connection says; null after it had to make room.
    private readonly Dictionary<Task, Key?> _byConnection = [];

    /// <summary>How many observations there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _observations.Count;
        }
    }

    /// <summary>How many connections are open over which something was observed.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_lock)
                return _byConnection.Count;
        }
    }

    /// <summary>Remembers an observation.</summary>
    /// <param name="observed">What the peer sees.</param>
    /// <param name="local">This end of the connection, as the transport sees it.</param>
    /// <param name="observer">Where the peer is.</param>
    /// <param name="listening">The addresses that are listened on.</param>
    /// <param name="closed">Completes when the connection ends; it stands for the connection.</param>
    /// <returns>Whether it was of use.</returns>
    public bool Add(Multiaddr observed, Multiaddr local, IPAddress? observer, IReadOnlyCollection<Multiaddr> listening, Task closed)
    {
        if (observer is null || observed.IsRelayed() || observed.GetIPAddress() is not { } ip || !listening.Contains(local) || !HasSameTransport(observed, local))
            return false;
        // What a translator from IPv6 to IPv4 made of an address is good for the peers behind it only.
        if (TranslatedNetwork.Contains(ip))
            return false;
        // Nobody outside can see these, and whoever is inside knows them from the listeners.
        if (AddressReaches.Of(ip) != AddressReach.Public || AddressReaches.Of(observer) == AddressReach.Loopback)
            return false;
        var group = new IpNetwork(observer, observer.AddressFamily == AddressFamily.InterNetwork || observer.IsIPv4MappedToIPv6 ? 32 : 56);
        var now = timeProvider.GetUtcNow();
        bool isNew;
        lock (_lock)
        {
            RemoveExpired(now);
            isNew = !_byConnection.ContainsKey(closed);
            Leave(closed, now);
            Open(new Key(group, observed), now).Connections++;
            _byConnection[closed] = new Key(group, observed);
        }

        if (isNew)
            _ = closed.ContinueWith(OnClosed, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
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

    private void OnClosed(Task closed)
    {
        lock (_lock)
            Leave(closed, timeProvider.GetUtcNow());
    }

    /// <summary>The observation of a key, which is made if it is not there.</summary>
    private Observation Open(Key key, DateTimeOffset now)
    {
        if (_observations.TryGetValue(key, out var known))
        {
            known.Expires = now + options.ObservationLifetime;
            return known;
        }

        var own = _observations.Where(item => item.Key.Observer == key.Observer).ToArray();
        if (own.Length >= MaxPerObserver)
            Remove(own.MinBy(item => item.Value.Expires).Key);
        if (_observations.Count >= options.MaxObservations)
            Remove(_observations.MinBy(item => item.Value.Expires).Key);
        return _observations[key] = new Observation { Expires = now + options.ObservationLifetime };
    }

    /// <summary>A connection does not say any more what it said.</summary>
    private void Leave(Task closed, DateTimeOffset now)
    {
        if (!_byConnection.Remove(closed, out var key) || key is not { } said)
            return;
        var observation = _observations[said];
        observation.Connections--;
        observation.Expires = now + options.ObservationLifetime;
    }

    private void Remove(Key key)
    {
        _observations.Remove(key);
        foreach (var (connection, _) in _byConnection.Where(item => item.Value == key).ToArray())
            _byConnection[connection] = null;
    }

    private void RemoveExpired(DateTimeOffset now)
    {
        foreach (var (key, _) in _observations.Where(item => item.Value.Connections == 0 && item.Value.Expires <= now).ToArray())
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

    private readonly record struct Key(IpNetwork Observer, Multiaddr Address);

    private sealed class Observation
    {
        /// <summary>The open connections over which it was made.</summary>
        public int Connections { get; set; }

        /// <summary>When it ends if no connection is open.</summary>
        public DateTimeOffset Expires { get; set; }
    }
}
