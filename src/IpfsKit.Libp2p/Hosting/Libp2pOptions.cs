using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Dialing;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Protocols.Identify;
using IpfsKit.Libp2p.Protocols.Ping;
using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>A libp2p host.</summary>
public sealed class Libp2pOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "IpfsKit:Libp2p";

    /// <summary>Where to listen.</summary>
    /// <value>Multiaddrs such as <c>/ip4/0.0.0.0/tcp/4001</c>; port 0 for a free one. Default: none, so that the host only dials.</value>
    public IList<string> ListenAddresses { get; set; } = [];

    /// <summary>The file with the private key; made if it is not there. Not used where code gives a key.</summary>
    /// <value>A path. Default: none, and a new key for every start.</value>
    public string? IdentityPath { get; set; }

    /// <summary>A <c>swarm.key</c> file. With it the host talks only to peers that have the same key.</summary>
    /// <value>A path. Default: none, the public network.</value>
    public string? PrivateNetworkKeyPath { get; set; }

    /// <summary>What the node is for.</summary>
    /// <value>Worker, Master or Leecher. Default: Worker.</value>
    public Libp2pRole Role { get; set; } = Libp2pRole.Worker;

    /// <summary>Which of its addresses the host tells others.</summary>
    public AddressOptions Addresses { get; set; } = new();

    /// <summary>How many connections it keeps.</summary>
    public ConnectionManagerOptions Connections { get; set; } = new();

    /// <summary>How it dials.</summary>
    public DialOptions Dialing { get; set; } = new();

    /// <summary>How names are resolved.</summary>
    public DnsOptions Dns { get; set; } = new();

    /// <summary>What it remembers of peers.</summary>
    public PeerStoreOptions Peers { get; set; } = new();

    /// <summary>What the network may take of the machine.</summary>
    public ResourceOptions Resources { get; set; } = new();

    /// <summary>Streams and their handlers.</summary>
    public StreamOptions Streams { get; set; } = new();

    /// <summary>The TCP transport.</summary>
    public TcpOptions Tcp { get; set; } = new();

    /// <summary>The WebSocket transport.</summary>
    public WebSocketOptions WebSocket { get; set; } = new();

    /// <summary>How streams share a connection.</summary>
    public YamuxOptions Yamux { get; set; } = new();

    /// <summary>The protocol by which peers say who they are.</summary>
    public IdentifyOptions Identify { get; set; } = new();

    /// <summary>The protocol that measures round trips.</summary>
    public PingOptions Ping { get; set; } = new();

    /// <summary>How long the upgrade of a connection may take: security and muxer together.</summary>
    /// <value>1 s to 5 min. Default: 15 s.</value>
    public TimeSpan UpgradeTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long handlers may still work when the host stops; then their streams are reset.</summary>
    /// <value>0 to 1 h. Default: 5 s.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
