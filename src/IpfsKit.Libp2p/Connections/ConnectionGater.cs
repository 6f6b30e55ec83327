using System.Collections.Immutable;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Connections;

/// <summary>Lists of peers and networks that are denied, and of those that alone are allowed. They can be changed at any time; the host then closes the connections that are not welcome any more. Thread-safe.</summary>
/// <remarks>
/// What is denied is denied even if it is allowed, too. As soon as any peer is allowed, other peers are not; the same for networks. A peer or an address is welcome if neither list is against it. Addresses without an IP
/// address, such as names and relays, are in no network; they are welcome unless networks are allowed.
/// </remarks>
public sealed class ConnectionGater : IConnectionGater
{
    private readonly Lock _lock = new();
    private volatile Lists _lists = new([], [], [], []);

    /// <summary>Raised after a list was changed.</summary>
    internal event Action? Changed;

    /// <summary>Denies a peer.</summary>
    public void Deny(PeerId peer) => Change(lists => lists with { DeniedPeers = lists.DeniedPeers.Add(peer) });

    /// <summary>Denies a network.</summary>
    /// <param name="cidr">Such as <c>203.0.113.0/24</c>, <c>2001:db8::/32</c>, or one address.</param>
    /// <exception cref="FormatException">It is no network.</exception>
    public void DenyNetwork(string cidr)
    {
        var network = Parse(cidr);
        Change(lists => lists with { DeniedNetworks = lists.DeniedNetworks.Add(network) });
    }

    /// <summary>Takes a peer off the list of the denied ones.</summary>
    public void Undeny(PeerId peer) => Change(lists => lists with { DeniedPeers = lists.DeniedPeers.Remove(peer) });

    /// <summary>Takes a network off the list of the denied ones.</summary>
    /// <exception cref="FormatException">It is no network.</exception>
    public void UndenyNetwork(string cidr)
    {
        var network = Parse(cidr);
        Change(lists => lists with { DeniedNetworks = lists.DeniedNetworks.Remove(network) });
    }

    /// <summary>Puts a peer on the list of those that alone are allowed.</summary>
    public void Allow(PeerId peer) => Change(lists => lists with { AllowedPeers = lists.AllowedPeers.Add(peer) });

    /// <summary>Puts a network on the list of those that alone are allowed.</summary>
    /// <exception cref="FormatException">It is no network.</exception>
    public void AllowNetwork(string cidr)
    {
        var network = Parse(cidr);
        Change(lists => lists with { AllowedNetworks = lists.AllowedNetworks.Add(network) });
    }

    /// <summary>Takes a peer off the list of the allowed ones. After the last one, all are allowed again.</summary>
    public void Disallow(PeerId peer) => Change(lists => lists with { AllowedPeers = lists.AllowedPeers.Remove(peer) });

    /// <summary>Takes a network off the list of the allowed ones. After the last one, all are allowed again.</summary>
    /// <exception cref="FormatException">It is no network.</exception>
    public void DisallowNetwork(string cidr)
    {
        var network = Parse(cidr);
        Change(lists => lists with { AllowedNetworks = lists.AllowedNetworks.Remove(network) });
    }

    /// <inheritdoc/>
    public bool AllowsPeer(PeerId peer, ConnectionDirection direction)
    {
        var lists = _lists;
        return !lists.DeniedPeers.Contains(peer) && (lists.AllowedPeers.IsEmpty || lists.AllowedPeers.Contains(peer));
    }

    /// <inheritdoc/>
    public bool AllowsAddress(Multiaddr address, ConnectionDirection direction)
    {
        var (denied, allowed) = (_lists.DeniedNetworks, _lists.AllowedNetworks);
        return address.GetIPAddress() is { } ip
            ? !denied.Any(network => network.Contains(ip)) && (allowed.IsEmpty || allowed.Any(network => network.Contains(ip)))
            : allowed.IsEmpty;
    }

    /// <summary>Whether a text of the options is a peer or a network.</summary>
    internal static bool IsEntry(string text) => IpNetwork.TryParse(text, out _) || PeerId.TryParse(text, out _);

    /// <summary>Adds the entries of the options.</summary>
    internal void Add(ConnectionManagerOptions options)
    {
        foreach (var text in options.Deny)
        {
            if (IpNetwork.TryParse(text, out _))
                DenyNetwork(text);
            else
                Deny(PeerId.Parse(text));
        }

        foreach (var text in options.Allow)
        {
            if (IpNetwork.TryParse(text, out _))
                AllowNetwork(text);
            else
                Allow(PeerId.Parse(text));
        }
    }

    private static IpNetwork Parse(string cidr) =>
        IpNetwork.TryParse(cidr, out var network) ? network : throw new FormatException($"'{cidr}' is no network such as 203.0.113.0/24.");

    private void Change(Func<Lists, Lists> change)
    {
        lock (_lock)
            _lists = change(_lists);
        Changed?.Invoke();
    }

    private sealed record Lists(
        ImmutableHashSet<PeerId> DeniedPeers, ImmutableHashSet<IpNetwork> DeniedNetworks, ImmutableHashSet<PeerId> AllowedPeers, ImmutableHashSet<IpNetwork> AllowedNetworks);
}
