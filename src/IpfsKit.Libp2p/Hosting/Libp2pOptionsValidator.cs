using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Checks <see cref="Libp2pOptions"/>: all faults at once, each with the setting and the value seen.</summary>
internal sealed class Libp2pOptionsValidator : IValidateOptions<Libp2pOptions>
{
    private static readonly TimeSpan Milliseconds100 = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, Libp2pOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var check = new OptionsCheck(Libp2pOptions.SectionName);
        check.Each("ListenAddresses", options.ListenAddresses, text => Multiaddr.TryParse(text, out _), "a multiaddr");
        check.Duration("UpgradeTimeout", options.UpgradeTimeout, Second, 5 * Minute);
        check.Duration("DrainTimeout", options.DrainTimeout, TimeSpan.Zero, Hour);
        check.That(Enum.IsDefined(options.Role), "Role", options.Role, "Worker, Master or Leecher");
        Check(check, options.Addresses);
        Check(check, options.Connections);
        Check(check, options);
        CheckPeers(check, options);
        CheckResources(check, options);
        check.Nested("Tcp", nameof(TcpOptions), new TcpOptionsValidator().Validate(null, options.Tcp));
        check.Nested("WebSocket", nameof(WebSocketOptions), new WebSocketOptionsValidator().Validate(null, options.WebSocket));
        check.Nested("Yamux", nameof(YamuxOptions), new YamuxOptionsValidator().Validate(null, options.Yamux));
        return check.Result;
    }

    private static void Check(OptionsCheck check, AddressOptions options)
    {
        check.Each("Addresses:Announce", options.Announce, text => Multiaddr.TryParse(text, out _), "a multiaddr");
        check.Each("Addresses:AppendAnnounce", options.AppendAnnounce, text => Multiaddr.TryParse(text, out _), "a multiaddr");
        check.Each("Addresses:NoAnnounce", options.NoAnnounce, AddressFilter.IsValid, "a multiaddr or a network such as 10.0.0.0/8");
        check.Number("Addresses:ObservationThreshold", options.ObservationThreshold, 1, 64);
        check.Duration("Addresses:ObservationLifetime", options.ObservationLifetime, Minute, Day);
        check.Number("Addresses:MaxObservedAddresses", options.MaxObservedAddresses, 1, 64);
        check.Number("Addresses:MaxObservations", options.MaxObservations, 16, 65_536);
    }

    private static void Check(OptionsCheck check, ConnectionManagerOptions options)
    {
        check.Number("Connections:HighWater", options.HighWater, 1, 1 << 20);
        check.Number("Connections:LowWater", options.LowWater, 0, options.HighWater ?? 1 << 20);
        check.Duration("Connections:GracePeriod", options.GracePeriod ?? TimeSpan.Zero, TimeSpan.Zero, Hour);
        check.Duration("Connections:SilencePeriod", options.SilencePeriod, TimeSpan.Zero, Hour);
        check.Each("Connections:Deny", options.Deny, ConnectionGater.IsEntry, "a peer id or a network such as 10.0.0.0/8");
        check.Each("Connections:Allow", options.Allow, ConnectionGater.IsEntry, "a peer id or a network such as 10.0.0.0/8");
    }

    private static void Check(OptionsCheck check, Libp2pOptions options)
    {
        var dialing = options.Dialing;
        check.Duration("Dialing:Timeout", dialing.Timeout, Second, 5 * Minute);
        check.Duration("Dialing:PeerTimeout", dialing.PeerTimeout, Second, 10 * Minute);
        check.Duration("Dialing:PrivateTimeout", dialing.PrivateTimeout, Milliseconds100, 5 * Minute);
        check.Duration("Dialing:Stagger", dialing.Stagger, TimeSpan.Zero, 10 * Second);
        check.Duration("Dialing:PrivateStagger", dialing.PrivateStagger, TimeSpan.Zero, 10 * Second);
        check.Duration("Dialing:RelayDelay", dialing.RelayDelay, TimeSpan.Zero, 10 * Second);
        check.Number("Dialing:MaxConcurrentDials", dialing.MaxConcurrentDials, 1, 16_384);
        check.Number("Dialing:MaxConcurrentDialsPerPeer", dialing.MaxConcurrentDialsPerPeer, 1, 64);
        check.Number("Dialing:MaxAddresses", dialing.MaxAddresses, 1, 1024);
        check.Duration("Dialing:Backoff", dialing.Backoff, TimeSpan.Zero, Hour);
        check.Duration("Dialing:MaxBackoff", dialing.MaxBackoff, dialing.Backoff, Day);

        check.Each("Dns:Servers", options.Dns.Servers, IsServer, "an IP address, with or without a port");
        check.Duration("Dns:Timeout", options.Dns.Timeout, Milliseconds100, 5 * Minute);
        check.Number("Dns:MaxDepth", options.Dns.MaxDepth, 1, 64);
        check.Number("Dns:MaxQueries", options.Dns.MaxQueries, 1, 1024);
        check.Number("Dns:MaxAddresses", options.Dns.MaxAddresses, 1, 1024);

        check.Duration("Streams:NegotiationTimeout", options.Streams.NegotiationTimeout, Milliseconds100, 5 * Minute);
        check.Number("Streams:MaxConcurrentHandlers", options.Streams.MaxConcurrentHandlers, 1, 1 << 20);

        check.That((options.Identify.AgentVersion?.Length ?? 0) <= 64, "Identify:AgentVersion", options.Identify.AgentVersion, "at most 64 characters");
        check.That(options.Identify.ProtocolVersion?.Length is <= 64, "Identify:ProtocolVersion", options.Identify.ProtocolVersion, "at most 64 characters");
        check.Duration("Identify:Timeout", options.Identify.Timeout, Milliseconds100, 5 * Minute);
        check.Number("Identify:MaxConcurrentPushes", options.Identify.MaxConcurrentPushes, 1, 1024);
        check.Duration("Identify:PushDelay", options.Identify.PushDelay, TimeSpan.Zero, Minute);
        check.Duration("Ping:Timeout", options.Ping.Timeout, Milliseconds100, 5 * Minute);
        check.Number("Ping:MaxInboundStreamsPerPeer", options.Ping.MaxInboundStreamsPerPeer, 1, 64);
    }

    private static void CheckPeers(OptionsCheck check, Libp2pOptions options)
    {
        var peers = options.Peers;
        check.Duration("Peers:SaveDelay", peers.SaveDelay, Milliseconds100, Hour);
        check.Number("Peers:MaxPeers", peers.MaxPeers, 16, 1 << 24);
        check.Number("Peers:MaxAddressesPerPeer", peers.MaxAddressesPerPeer, 1, 1024);
        check.Number("Peers:MaxAddresses", peers.MaxAddresses, 16, 1 << 24);
        check.Number("Peers:MaxProtocolsPerPeer", peers.MaxProtocolsPerPeer, 1, 16_384);
        check.Number("Peers:MaxSignedRecords", peers.MaxSignedRecords, 16, 1 << 24);
        check.Number("Peers:MaxMetadataPerPeer", peers.MaxMetadataPerPeer, 0, 1024);
        check.Number("Peers:MaxMetadataBytes", peers.MaxMetadataBytes, 0, 65_536);
        check.Duration("Peers:RecentlyConnectedLifetime", peers.RecentlyConnectedLifetime, Minute, 365 * Day);
    }

    private static void CheckResources(OptionsCheck check, Libp2pOptions options)
    {
        var resources = options.Resources;
        check.Number("Resources:MemoryBytes", resources.MemoryBytes, 64 << 20, long.MaxValue);
        check.Number("Resources:FileDescriptors", resources.FileDescriptors, 64, int.MaxValue);
        check.Number("Resources:ConnectionsInbound", resources.ConnectionsInbound, 1, int.MaxValue / 64);
        check.Number("Resources:ConnectionsPerPeer", resources.ConnectionsPerPeer, 1, 1024);
        check.Number("Resources:MemoryBytesPerPeer", resources.MemoryBytesPerPeer, 4 << 20, long.MaxValue);
        check.Number("Resources:StreamsPerPeer", resources.StreamsPerPeer, 16, int.MaxValue);
        check.Number("Resources:ConnectionsPerIPv4", resources.ConnectionsPerIPv4, 1, 65_536);
        check.Number("Resources:ConnectionsPerIPv6Prefix56", resources.ConnectionsPerIPv6Prefix56, 1, 65_536);
        check.Number("Resources:ConnectionsPerIPv6Prefix48", resources.ConnectionsPerIPv6Prefix48, 1, 65_536);
        check.Each("Resources:TrustedNetworks", resources.TrustedNetworks, text => IpNetwork.TryParse(text, out _), "a network such as 10.0.0.0/8");
    }

    private static bool IsServer(string text)
    {
        try
        {
            DnsClientResolver.ParseServer(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
