using System.Net.Sockets;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>In which order, and how long after each other, the addresses of a peer are dialled.</summary>
/// <remarks>
/// Happy eyeballs: the best address gets a head start, then the next is tried beside it. Addresses of networks that this machine is in come first, with short head starts; then public ones, of which the ones that worked
/// before go first, then IPv6, then IPv4; other private addresses stand behind them, since they probably are of somebody else's network; relayed ones come half a second after everything direct.
/// </remarks>
internal sealed class DialRanker(DialOptions options)
{
    /// <summary>Ranks addresses.</summary>
    /// <param name="addresses">Each once.</param>
    /// <param name="isNear">Whether a private address is of a network that this machine is in.</param>
    /// <param name="score">How well an address did before; 0 for unknown.</param>
    /// <returns>The best <see cref="DialOptions.MaxAddresses"/>, by their delays.</returns>
    public IReadOnlyList<DialCandidate> Rank(IEnumerable<Multiaddr> addresses, Func<Multiaddr, bool> isNear, Func<Multiaddr, int> score)
    {
        var ranked = addresses
            .Select(address => (Address: address, Group: GroupOf(address, isNear), Score: score(address), IsIPv6: address.GetIPAddress()?.AddressFamily == AddressFamily.InterNetworkV6))
            .OrderBy(item => item.Group)
            .ThenByDescending(item => item.Score)
            .ThenByDescending(item => item.IsIPv6)
            .Take(options.MaxAddresses);
        var candidates = new List<DialCandidate>();
        var delay = TimeSpan.Zero;
        var hasDirect = false;
        var isFirstRelayed = true;
        foreach (var item in ranked)
        {
            if (item.Group == Group.Relayed && isFirstRelayed)
            {
                delay = hasDirect ? delay + options.RelayDelay : TimeSpan.Zero;
                isFirstRelayed = false;
            }

            var pause = item.Group == Group.Near ? options.PrivateStagger : options.Stagger;
            candidates.Add(new(item.Address, delay, pause));
            hasDirect |= item.Group != Group.Relayed;
            delay += pause;
        }

        return candidates;
    }

    private static Group GroupOf(Multiaddr address, Func<Multiaddr, bool> isNear) => AddressReaches.Of(address) switch
    {
        AddressReach.Relayed => Group.Relayed,
        AddressReach.Loopback => Group.Near,
        AddressReach.Private => isNear(address) ? Group.Near : Group.OtherPrivate,
        _ => Group.Public,
    };

    private enum Group
    {
        Near,
        Public,
        OtherPrivate,
        Relayed,
    }
}
