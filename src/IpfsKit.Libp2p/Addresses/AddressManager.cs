using System.Net;
using System.Net.Sockets;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>Knows where this host listens, and which addresses it tells others. Thread-safe.</summary>
internal sealed class AddressManager
{
    private readonly INetworkInterfaces _interfaces;
    private readonly Multiaddr[] _announce;
    private readonly Multiaddr[] _appended;
    private readonly AddressFilter _hidden;
    private readonly Lock _lock = new();
    private Multiaddr[] _listening = [];
    private Multiaddr[] _last = [];

    public AddressManager(AddressOptions options, INetworkInterfaces interfaces, TimeProvider timeProvider)
    {
        _interfaces = interfaces;
        _announce = [.. options.Announce.Select(Multiaddr.Parse)];
        _appended = [.. options.AppendAnnounce.Select(Multiaddr.Parse)];
        _hidden = new AddressFilter(options.NoAnnounce);
        Observed = new ObservedAddresses(options, timeProvider);
    }

    /// <summary>Raised when what is told to others has changed.</summary>
    public event Action? Changed;

    /// <summary>What others observed.</summary>
    public ObservedAddresses Observed { get; }

    /// <summary>Where this host listens: <c>0.0.0.0</c> and <c>::</c> have become the addresses of the machine.</summary>
    public IReadOnlyList<Multiaddr> Listening
    {
        get
        {
            lock (_lock)
                return _listening;
        }
    }

    /// <summary>What others are told, best first.</summary>
    public IReadOnlyList<Multiaddr> Addresses
    {
        get
        {
            lock (_lock)
                return Compute();
        }
    }

    /// <summary>The listeners have changed, or the addresses of the machine may have.</summary>
    /// <param name="listeners">The addresses of the listeners.</param>
    public void SetListeners(IEnumerable<Multiaddr> listeners)
    {
        var machine = new Lazy<IReadOnlyList<IPAddress>>(_interfaces.GetAddresses);
        var expanded = listeners.SelectMany(listener => Expand(listener, machine)).Distinct().ToArray();
        lock (_lock)
            _listening = expanded;
        NotifyIfChanged();
    }

    /// <summary>A peer said where it sees this host.</summary>
    /// <param name="observed">The address, without a peer at its end.</param>
    /// <param name="local">This end of the connection.</param>
    /// <param name="observer">The other end.</param>
    /// <param name="closed">Completes when the connection ends.</param>
    public void AddObservation(Multiaddr observed, Multiaddr local, Multiaddr observer, Task closed)
    {
        if (Observed.Add(observed, local, observer.GetIPAddress(), Listening, closed))
            NotifyIfChanged();
    }

    /// <summary>Looks again, since observations end, too.</summary>
    public void NotifyIfChanged()
    {
        lock (_lock)
        {
            var now = Compute();
            if (now.AsSpan().SequenceEqual(_last))
                return;
            _last = now;
        }

        Changed?.Invoke();
    }

    private Multiaddr[] Compute()
    {
        IEnumerable<Multiaddr> found = _announce.Length > 0 ? _announce : Observed.GetActive().Concat(_listening);
        return [.. found.Concat(_appended).Where(address => !_hidden.Matches(address)).Distinct()];
    }

    private static IEnumerable<Multiaddr> Expand(Multiaddr listener, Lazy<IReadOnlyList<IPAddress>> machine)
    {
        if (listener.GetIPAddress() is not { } ip || !(ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
            return [listener];
        return machine.Value.Where(address => address.AddressFamily == ip.AddressFamily).Select(address => WithAddress(listener, address));
    }

    private static Multiaddr WithAddress(Multiaddr listener, IPAddress address)
    {
        var first = true;
        var bytes = new List<byte>();
        foreach (var component in listener)
        {
            if (first)
            {
                bytes.AddRange(Multiaddr.Parse(address.AddressFamily == AddressFamily.InterNetwork ? $"/ip4/{address}" : $"/ip6/{new IPAddress(address.GetAddressBytes())}").Bytes);
                first = false;
            }
            else
                bytes.AddRange(component.Bytes);
        }

        return Multiaddr.FromBytes(bytes.ToArray());
    }
}
