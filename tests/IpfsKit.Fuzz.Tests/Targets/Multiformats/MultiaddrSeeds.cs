using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>Addresses that use every protocol.</summary>
internal static class MultiaddrSeeds
{
    private static readonly string Peer = PeerIdSeeds.All[1].ToString();

    public static IReadOnlyList<Multiaddr> All { get; } =
    [
        .. new[]
        {
            $"/ip4/127.0.0.1/udp/4001/quic-v1/p2p/{Peer}",
            $"/ip6/2001:db8::1/tcp/4001/p2p/{Peer}/p2p-circuit/p2p/{PeerIdSeeds.All[^1]}",
            "/ip6zone/eth0/ip6/fe80::1/ipcidr/64/sctp/1/dccp/2/udt/utp",
            "/dns/example.com/dns4/example.com/dns6/example.com/tcp/443/tls/sni/example.com/ws",
            $"/dnsaddr/bootstrap.libp2p.io/p2p/{Peer}",
            "/ip4/1.2.3.4/udp/9/quic/webtransport/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g/certhash/u1QEQOFj2IjCsPJFfMAxmQxLGPw",
            "/ip4/1.2.3.4/tcp/443/https/http-path/a%2Fb%20c/http/wss/noise/plaintextv2/memory/4",
            "/ip4/1.2.3.4/tcp/80/unix/a/b.sock",
            "/onion/timaq4ygg2iegci7:80/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234/http",
            "/garlic32/566niximlxdzpanmn4qouucvua3k7neniwss47li5r6ugoertzuq/garlic64/" + new string('A', 516),
            "/p2p-webrtc-star/p2p-webrtc-direct/p2p-stardust/webrtc-direct/webrtc/p2p-websocket-star",
        }.Select(Multiaddr.Parse),
    ];
}
