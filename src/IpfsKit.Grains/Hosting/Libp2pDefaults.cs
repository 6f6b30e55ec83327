using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Hosting;

/// <summary>The settings of the libp2p host that follow from the node: its role, its slot, and ports that are known before the silo starts.</summary>
internal sealed class Libp2pDefaults(NodeSlot slot, TcpPortReservations ports, Func<NodeRole> role) : IConfigureOptions<Libp2pOptions>, IPostConfigureOptions<Libp2pOptions>
{
    /// <summary>Where the host listens if nothing is configured; in use, on a free port.</summary>
    public const string ListenAddress = "/ip4/127.0.0.1/tcp/4001";

    /// <summary>Before what is configured, which wins.</summary>
    public void Configure(Libp2pOptions options) => options.Role = role() switch
    {
        NodeRole.Master => Libp2pRole.Master,
        NodeRole.Leecher => Libp2pRole.Leecher,
        _ => Libp2pRole.Worker,
    };

    /// <summary>After it.</summary>
    public void PostConfigure(string? name, Libp2pOptions options)
    {
        options.Peers.Path ??= slot.PeersPath;
        if (options.ListenAddresses.Count == 0)
        {
            options.ListenAddresses = [ports.Reserve(Multiaddr.Parse(ListenAddress), orFreePort: true).ToString()];
            return;
        }

        // What cannot be read is for the validator to say.
        for (var i = 0; i < options.ListenAddresses.Count; i++)
        {
            if (Multiaddr.TryParse(options.ListenAddresses[i], out var address))
                options.ListenAddresses[i] = ports.Reserve(address).ToString();
        }
    }
}
