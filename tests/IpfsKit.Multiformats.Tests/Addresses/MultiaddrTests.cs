using System.Net;
using System.Text;
using CsCheck;
using IpfsKit.TestKit.Generators;

namespace IpfsKit.Multiformats.Tests.Addresses;

public sealed class MultiaddrTests
{
    private const string Peer = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";
    private const string PeerBase36 = "k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7";
    private const string Onion3 = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd";
    private const string Garlic32 = "566niximlxdzpanmn4qouucvua3k7neniwss47li5r6ugoertzuq";

    // The addresses and bytes of go-multiaddr's tests: https://github.com/multiformats/go-multiaddr/blob/master/multiaddr_test.go.
    [Theory]
    [InlineData("/ip4/127.0.0.1/udp/1234", "047f000001910204d2")]
    [InlineData("/ip4/127.0.0.1/tcp/4321", "047f0000010610e1")]
    [InlineData("/ip4/127.0.0.1/udp/1234/ip4/127.0.0.1/tcp/4321", "047f000001910204d2047f0000010610e1")]
    [InlineData("/onion/aaimaq4ygg2iegci:80", "bc030010c0439831b48218480050")]
    [InlineData("/onion3/" + Onion3 + ":1234", "bd03adadec040be047f9658668b11a504f3155001f231a37f54c4476c07fb4cc139ed7e30304d2")]
    [InlineData("/garlic32/" + Garlic32, "bf0320efbcd45d0c5dc79781ac6f20ea5055a036afb48d45a52e7d68ec7d4338919e69")]
    [InlineData("/ip6zone/eth0/ip6/::1", "2a04657468302900000000000000000000000000000001")]
    [InlineData("/http-path/tmp%2Fbar", "e10307746d702f626172")]
    [InlineData("/unix/a/b", "9003042f612f62")]
    public void Parse_AddressOfTheVectors_HasItsBytes(string text, string hex)
    {
        var address = Multiaddr.Parse(text);
        Assert.Equal(hex, Convert.ToHexStringLower(address.Bytes));
        Assert.Equal(text, Multiaddr.FromBytes(Convert.FromHexString(hex)).ToString());
        Assert.Equal(address, Multiaddr.FromBytes(address.ToBytes()));
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4")]
    [InlineData("/ip4/0.0.0.0")]
    [InlineData("/ip4/192.0.2.0/ipcidr/24")]
    [InlineData("/ip6/::1")]
    [InlineData("/ip6/::")]
    [InlineData("/ip6/::ffff:127.0.0.1/tcp/111")]
    [InlineData("/ip6/2601:9:4f81:9700:803e:ca65:66e8:c21/udp/1234/quic-v1")]
    [InlineData("/ip6/2001:db8::/ipcidr/32")]
    [InlineData("/ip6zone/x%y/ip6/fe80::1/udp/1234/quic")]
    [InlineData("/onion/timaq4ygg2iegci7:80/http")]
    [InlineData("/onion3/" + Onion3 + ":80/http")]
    [InlineData("/garlic32/" + Garlic32 + "zwas")]
    [InlineData("/garlic32/" + Garlic32 + "/udp/8080")]
    [InlineData("/sctp/0")]
    [InlineData("/dccp/65535")]
    [InlineData("/udp/1234/sctp/1234")]
    [InlineData("/udp/1234/udt")]
    [InlineData("/udp/1234/utp")]
    [InlineData("/tcp/1234/tls/http")]
    [InlineData("/tcp/1234/https")]
    [InlineData("/p2p/" + Peer + "/tcp/1234/unix/stdio")]
    [InlineData("/p2p/12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV")]
    [InlineData("/ip4/127.0.0.1/tcp/9090/http/p2p-webrtc-direct")]
    [InlineData("/ip4/127.0.0.1/tcp/127/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/127/wss")]
    [InlineData("/ip4/127.0.0.1/tcp/127/noise")]
    [InlineData("/ip4/127.0.0.1/tcp/127/plaintextv2")]
    [InlineData("/ip4/127.0.0.1/udp/127/webrtc-direct")]
    [InlineData("/ip4/127.0.0.1/tcp/127/webrtc")]
    [InlineData("/ip4/127.0.0.1/tcp/443/tls/sni/example.com/http/http-path/foo")]
    [InlineData("/http-path/api%2Fv0%2Flogin")]
    [InlineData("/http-path/a%2520space")]
    [InlineData("/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g")]
    [InlineData("/dnsaddr/bootstrap.libp2p.io/p2p/" + Peer)]
    [InlineData("/dns/example.com/dns4/example.com/dns6/example.com")]
    [InlineData("/memory/4")]
    [InlineData("/p2p-websocket-star/p2p-stardust/p2p-webrtc-star/p2p-circuit")]
    [InlineData("/ip4/1.2.3.4/tcp/80/unix/a/b/c/d/e/f")]
    public void Parse_CanonicalText_PrintsTheSameText(string text)
    {
        var address = Multiaddr.Parse(text);
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, Multiaddr.FromBytes(address.Bytes));
    }

    [Theory]
    [InlineData("/ipfs/" + Peer, "/p2p/" + Peer)]
    [InlineData("/ipfs/" + PeerBase36 + "/tcp/1234", "/p2p/" + Peer + "/tcp/1234")]
    [InlineData("/p2p/bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm", "/p2p/" + Peer)]
    [InlineData("/ip4/127.0.0.1/tcp/1234/", "/ip4/127.0.0.1/tcp/1234")]
    [InlineData("/unix/a/b//", "/unix/a/b")]
    [InlineData("/ip6/2001:DB8:0:0:0:0:0:1", "/ip6/2001:db8::1")]
    [InlineData("/ip6/0:0:1:0:0:0:0:1", "/ip6/0:0:1::1")]
    [InlineData("/ip6/1:0:0:2:0:0:3:4", "/ip6/1::2:0:0:3:4")]
    [InlineData("/ip6/1:2:3:4:5:6:0:8", "/ip6/1:2:3:4:5:6:0:8")]
    [InlineData("/ip6/1::2:3:4:5:6:7", "/ip6/1:0:2:3:4:5:6:7")]
    [InlineData("/ip6/64:ff9b::1.2.3.4", "/ip6/64:ff9b::102:304")]
    [InlineData("/ip6/::1.2.3.4", "/ip6/::102:304")]
    [InlineData("/ip6/::ffff:102:304", "/ip6/::ffff:1.2.3.4")]
    [InlineData("/onion/TIMAQ4YGG2IEGCI7:80", "/onion/timaq4ygg2iegci7:80")]
    [InlineData("/garlic32/" + Garlic32 + "zwassw", "/garlic32/" + Garlic32 + "zwassu")] // unused bits are dropped
    [InlineData("/certhash/zQmbWTwYGcmdyK9CYfNBcfs9nhZs17a6FQ4Y8oea278xx41", "/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g")]
    [InlineData("/certhash/b2uaraocy6yrdblb4sfptaddgimjmmpy", "/certhash/u1QEQOFj2IjCsPJFfMAxmQxLGPw")]
    [InlineData("/http-path/a+b:@%7e%c3%a9", "/http-path/a%2Bb%3A%40~%C3%A9")]
    public void Parse_OtherText_PrintsTheCanonicalOne(string text, string canonical)
    {
        Assert.Equal(canonical, Multiaddr.Parse(text).ToString());
        Assert.Equal(Multiaddr.Parse(canonical), Multiaddr.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("ip4/1.2.3.4")]
    [InlineData("/ip4")]
    [InlineData("/ip4/::1")]
    [InlineData("/ip4/fdpsofodsajfdoisa")]
    [InlineData("/ip4/1.2.3")]
    [InlineData("/ip4/1.2.3.4.5")]
    [InlineData("/ip4/1.2.3.04")]
    [InlineData("/ip4/1.2.3.256")]
    [InlineData("/ip4/0x7f.0.0.1")]
    [InlineData("/ip4/ 1.2.3.4")]
    [InlineData("/ip4//1.2.3.4")]
    [InlineData("/ip4/1.2.3.4//tcp/80")]
    [InlineData("/ip6")]
    [InlineData("/ip6/1.2.3.4")]
    [InlineData("/ip6/:")]
    [InlineData("/ip6/:::")]
    [InlineData("/ip6/1::2::3")]
    [InlineData("/ip6/1:2:3:4:5:6:7")]
    [InlineData("/ip6/1:2:3:4:5:6:7:8:9")]
    [InlineData("/ip6/1:2:3:4:5:6:7::8")]
    [InlineData("/ip6/1:2:3:4:5:6:7:8::")]
    [InlineData("/ip6/1:2:3:4:5:6:7:1.2.3.4")]
    [InlineData("/ip6/::1.2.3.4:5")]
    [InlineData("/ip6/::12345")]
    [InlineData("/ip6/::g")]
    [InlineData("/ip6/::+1")]
    [InlineData("/ip6/:1:2:3:4:5:6:7")]
    [InlineData("/ip6/1:2:3:4:5:6:7:")]
    [InlineData("/ip6/fe80::1%eth0")]
    [InlineData("/ip6/[::1]")]
    [InlineData("/ip4/::/ipcidr/256")]
    [InlineData("/ip6/::/ipcidr/1026")]
    [InlineData("/ip6zone")]
    [InlineData("/ip6zone/")]
    [InlineData("/ip6zone//ip6/fe80::1")]
    [InlineData("/udp")]
    [InlineData("/udp/65536")]
    [InlineData("/tcp/65536")]
    [InlineData("/tcp/080")]
    [InlineData("/tcp/+80")]
    [InlineData("/tcp/-1")]
    [InlineData("/tcp/99999999999")]
    [InlineData("/quic/65536")]
    [InlineData("/quic-v1/65536")]
    [InlineData("/onion/9imaq4ygg2iegci7:80")]
    [InlineData("/onion/aaimaq4ygg2iegci7:80")]
    [InlineData("/onion/timaq4ygg2iegci7:0")]
    [InlineData("/onion/timaq4ygg2iegci7:-1")]
    [InlineData("/onion/timaq4ygg2iegci7")]
    [InlineData("/onion/timaq4ygg2iegci@:666")]
    [InlineData("/onion3/9ww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:80")]
    [InlineData("/onion3/" + Onion3 + "7:80")]
    [InlineData("/onion3/" + Onion3 + ":0")]
    [InlineData("/onion3/" + Onion3)]
    [InlineData("/garlic64/AAAA")]
    [InlineData("/garlic32/566niximlxdzpanmn4qouucvua3k7neniwss47li5r6ugoertzu")]
    [InlineData("/garlic32/" + Garlic32 + "77")]
    [InlineData("/garlic32/566niximlxdzpanmn4qouucvua3k7neniwss47li5r6ugoertzuq:-1")]
    [InlineData("/udp/1234/sctp")]
    [InlineData("/udp/1234/udt/1234")]
    [InlineData("/udp/1234/utp/1234")]
    [InlineData("/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash")]
    [InlineData("/certhash/b2uaraocy6yrdblb4sfptaddgimjmmp")]
    [InlineData("/ip4/127.0.0.1/ipfs")]
    [InlineData("/ip4/127.0.0.1/p2p/tcp")]
    [InlineData("/p2p/QmxoHT6iViN5xAjoz1VZ553cL31U9F94ht3QvWR1FrEbZY")]
    [InlineData("/p2p/k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl-")]
    [InlineData("/p2p/?unknownmultibase")]
    [InlineData("/p2p/k2jmtxwoe2phm1hbqp0e7nufqf6umvuu2e9qd7ana7h411a0haqj6i2z")]
    [InlineData("/unix")]
    [InlineData("/ip4/1.2.3.4/tcp/80/unix")]
    [InlineData("/ip4/127.0.0.1/tcp/9090/http/p2p-webcrt-direct")]
    [InlineData("/http-path")]
    [InlineData("/http-path/%")]
    [InlineData("/http-path/%4")]
    [InlineData("/http-path/%zz")]
    [InlineData("/http-path/a b")]
    [InlineData("/http-path/é")]
    [InlineData("/dns4/a\nb")]
    [InlineData("/dns4/a\u007fb")]
    [InlineData("/thread")] // tagged multiaddr in the multicodec table, but not in the multiaddr table
    [InlineData("/shs")]
    [InlineData("/silverpine")]
    [InlineData("/scion")]
    [InlineData("/IP4/1.2.3.4")]
    public void Parse_TextThatIsNoAddress_ThrowsWithTheText(string text)
    {
        Assert.False(Multiaddr.TryParse(text, out var address));
        Assert.True(address.IsDefault);
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => Multiaddr.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LoneSurrogate_IsRefused() => Assert.False(Multiaddr.TryParse("/dns4/a\ud800b", out _));

    [Theory]
    [InlineData("")]
    [InlineData("04")]
    [InlineData("047f0000")]
    [InlineData("8400")] // a long form of ip4
    [InlineData("05")] // no such protocol
    [InlineData("9603")] // thread
    [InlineData("3600")] // an empty name
    [InlineData("3602ff41")] // not UTF-8
    [InlineData("36032f6162")] // a name with a slash
    [InlineData("3603610062")] // a name with NUL
    [InlineData("368101")]
    [InlineData("36ffffffff0f41")]
    [InlineData("90030161")] // a path without a slash
    [InlineData("9003012f")]
    [InlineData("9003032f612f")]
    [InlineData("9003022f61047f000001")] // something behind a path
    [InlineData("bc030010c0439831b48218480000")] // port 0
    [InlineData("be030141")]
    [InlineData("bf030141")]
    [InlineData("e10300")]
    [InlineData("d203021201")]
    [InlineData("a503221221c05877cbae039d70a5e600ea02c6f9f2942439285c9e344e26f8d280c850fad6")]
    [InlineData("a503020000")] // an identity hash of nothing
    public void FromBytes_BytesThatAreNoAddress_Throws(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.False(Multiaddr.TryFromBytes(bytes, out var address));
        Assert.True(address.IsDefault);
        Assert.Throws<FormatException>(() => Multiaddr.FromBytes(bytes));
    }

    [Fact]
    public void Garlic64_Destination_RoundTrips()
    {
        var destination = Enumerable.Range(0, 391).Select(i => (byte)(i * 7)).ToArray();
        var text = "/garlic64/" + Convert.ToBase64String(destination).Replace('+', '-').Replace('/', '~');
        var address = Multiaddr.Parse(text + "/tcp/80");
        Assert.Equal(text + "/tcp/80", address.ToString());
        Assert.True(address.TryGet(Multicodec.Garlic64, out var component));
        Assert.Equal(destination, component.ValueBytes.ToArray());
        Assert.False(Multiaddr.TryParse(text + ":80", out _));
    }

    [Fact]
    public void Protocols_OfTheTable_HaveItsCodesAndSizes()
    {
        // https://github.com/multiformats/multiaddr/blob/master/protocols.csv: code, size in bits or V, name.
        const string table = """
            4,32,ip4 6,16,tcp 273,16,udp 33,16,dccp 41,128,ip6 42,V,ip6zone 43,8,ipcidr 53,V,dns 54,V,dns4 55,V,dns6 56,V,dnsaddr
            132,16,sctp 301,0,udt 302,0,utp 400,V,unix 421,V,p2p 421,V,ipfs 444,96,onion 445,296,onion3 446,V,garlic64 447,V,garlic32
            448,0,tls 449,V,sni 454,0,noise 460,0,quic 461,0,quic-v1 465,0,webtransport 466,V,certhash 480,0,http 481,V,http-path
            443,0,https 477,0,ws 478,0,wss 479,0,p2p-websocket-star 277,0,p2p-stardust 275,0,p2p-webrtc-star 276,0,p2p-webrtc-direct
            280,0,webrtc-direct 281,0,webrtc 290,0,p2p-circuit 777,V,memory
            """;
        var rows = table.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split(',')).ToList();
        foreach (var row in rows)
        {
            Assert.True(MultiaddrProtocol.TryGet(row[2], out var protocol), row[2]);
            Assert.Equal(uint.Parse(row[0], provider: null), (uint)protocol.Code);
            Assert.Equal(row[1] == "V" ? MultiaddrProtocol.VariableLength : int.Parse(row[1], provider: null) / 8, protocol.ValueLength);
            Assert.Equal(row[2] == "ipfs" ? "p2p" : row[2], protocol.Name);
        }

        // plaintextv2 stands in the multicodec table only.
        Assert.Equal(rows.Select(row => row[2]).Append("plaintextv2").Except(["ipfs"]).Order(), MultiaddrProtocol.All.Select(protocol => protocol.Name).Order());
    }

    [Fact]
    public void Components_OfAnAddress_HaveCodesAndValues()
    {
        var address = Multiaddr.Parse($"/ip4/127.0.0.1/utp/tcp/5555/udp/1234/tls/utp/ipfs/{Peer}/unix/a/b/c");
        var components = new List<string>();
        foreach (var component in address)
            components.Add(component.ToString());
        Assert.Equal(["/ip4/127.0.0.1", "/utp", "/tcp/5555", "/udp/1234", "/tls", "/utp", $"/p2p/{Peer}", "/unix/a/b/c"], components);
        Assert.True(address.TryGet(Multicodec.Tcp, out var tcp));
        Assert.Equal(("5555", "15b3", "0615b3"), (tcp.Value, Convert.ToHexStringLower(tcp.ValueBytes), Convert.ToHexStringLower(tcp.Bytes)));
        Assert.True(address.TryGet(Multicodec.Utp, out var utp));
        Assert.Equal(string.Empty, utp.Value);
        Assert.True(address.Contains(Multicodec.Unix));
        Assert.False(address.TryGet(Multicodec.Ip6, out _));
        Assert.Equal(string.Empty, default(MultiaddrComponent).ToString());
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/1234", "/ip4/1.2.3.4", "")]
    [InlineData("/ip4/1.2.3.4", "/ip4/1.2.3.4/tcp/1234", "/ip4/1.2.3.4")]
    [InlineData("/ip4/1.2.3.5/tcp/1234", "/ip4/5.3.2.1", "/ip4/1.2.3.5/tcp/1234")]
    [InlineData("/ip4/1.2.3.5/udp/1234/quic-v1", "/udp/1234", "/ip4/1.2.3.5")]
    [InlineData("/ip4/1.2.3.6/udp/1234/quic-v1", "/udp/1234/quic-v1", "/ip4/1.2.3.6")]
    [InlineData("/ip4/1.2.3.7/tcp/1234", "/ws", "/ip4/1.2.3.7/tcp/1234")]
    [InlineData("/dnsaddr/wss.com/tcp/4001", "/ws", "/dnsaddr/wss.com/tcp/4001")]
    [InlineData("/dnsaddr/wss.com/ws", "/dnsaddr/wss.com", "")]
    [InlineData("/dnsaddr/wss.com/tcp/4001/wss", "/wss", "/dnsaddr/wss.com/tcp/4001")]
    [InlineData("/tcp/1/tcp/1/tcp/1", "/tcp/1", "/tcp/1/tcp/1")]
    public void Decapsulate_Inner_TakesItsLastOccurrenceOff(string outer, string inner, string expected) =>
        Assert.Equal(expected, Multiaddr.Parse(outer).Decapsulate(Multiaddr.Parse(inner)).ToString());

    [Fact]
    public void Decapsulate_Protocol_TakesItsLastComponentOff()
    {
        var address = Multiaddr.Parse($"/ip4/1.2.3.4/tcp/80/p2p/{Peer}/p2p-circuit/p2p/{Peer}");
        Assert.Equal($"/ip4/1.2.3.4/tcp/80/p2p/{Peer}/p2p-circuit", address.Decapsulate(Multicodec.P2p).ToString());
        Assert.Equal($"/ip4/1.2.3.4/tcp/80/p2p/{Peer}", address.Decapsulate(Multicodec.P2pCircuit).ToString());
        Assert.True(address.Decapsulate(Multicodec.Ip4).IsDefault);
        Assert.Equal(address, address.Decapsulate(Multicodec.Ip6));
        Assert.Equal(address, address.Decapsulate(default(Multiaddr)));
    }

    [Fact]
    public void Encapsulate_Address_Follows()
    {
        var address = Multiaddr.Parse("/ip4/127.0.0.1/udp/1234");
        Assert.Equal("/ip4/127.0.0.1/udp/1234/udp/5678", address.Encapsulate(Multiaddr.Parse("/udp/5678")).ToString());
        Assert.Equal($"/ip4/127.0.0.1/udp/1234/p2p/{Peer}", address.Encapsulate(Multiaddr.FromPeerId(PeerId.Parse(Peer))).ToString());
        Assert.Equal(address, address.Encapsulate(default));
        Assert.Equal(address, default(Multiaddr).Encapsulate(address));
        Assert.Throws<ArgumentException>(() => Multiaddr.Parse("/unix/a").Encapsulate(address));
        var most = Multiaddr.Parse("/http-path/" + new string('a', 2000));
        Assert.Throws<ArgumentException>(() => most.Encapsulate(most));
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/80", null)]
    [InlineData("/ip4/1.2.3.4/tcp/80/p2p/" + Peer, Peer)]
    [InlineData("/p2p/" + Peer + "/p2p-circuit", null)]
    [InlineData("/p2p/" + Peer + "/p2p-circuit/p2p/12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV", "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV")]
    [InlineData("/p2p/" + Peer + "/http-path/a", Peer)]
    public void TryGetPeerId_Address_NamesThePeerAtItsEnd(string text, string? expected)
    {
        Assert.Equal(expected is not null, Multiaddr.Parse(text).TryGetPeerId(out var peerId));
        Assert.Equal(expected ?? "(no peer id)", peerId.ToString());
    }

    [Fact]
    public void Default_IsTheEmptyAddress()
    {
        Assert.Equal(string.Empty, default(Multiaddr).ToString());
        Assert.True(default(Multiaddr).Bytes.IsEmpty);
        Assert.False(default(Multiaddr).GetEnumerator().MoveNext());
        Assert.False(default(Multiaddr).TryGetPeerId(out _));
        Assert.NotEqual(default, Multiaddr.Parse("/tls"));
    }

    [Fact]
    public void Limits_LongestAddress_RoundTripsAndOneMoreByteIsRefused()
    {
        // The last value is short enough for a length of one byte: the worst case for the room that parsing keeps.
        var longest = "/http-path/" + new string('a', Multiaddr.MaxBytes - 4 - 103) + "/http-path/" + new string('b', 100);
        var address = Multiaddr.Parse(longest);
        Assert.Equal(Multiaddr.MaxBytes, address.Bytes.Length);
        Assert.Equal(longest, address.ToString());
        Assert.Equal(address, Multiaddr.FromBytes(address.Bytes));
        Assert.False(Multiaddr.TryParse(longest + "b", out _));
        Assert.False(Multiaddr.TryFromBytes([.. address.Bytes, .. Multiaddr.Parse("/tls").Bytes], out _));

        var wordiest = string.Concat(Enumerable.Repeat("/p2p-websocket-star", Multiaddr.MaxBytes / 2));
        Assert.Equal(wordiest, Multiaddr.Parse(wordiest).ToString());
        Assert.False(Multiaddr.TryParse(new string('/', Multiaddr.MaxTextLength + 1), out _));
    }

    [Fact]
    public void TryFormat_ShortDestination_ReturnsFalse()
    {
        const string text = "/ip4/127.0.0.1/tcp/80";
        var address = Multiaddr.Parse(text);
        Assert.False(address.TryFormat(new char[text.Length - 1], out var chars));
        Assert.Equal(0, chars);
        Assert.True(address.TryFormat(new char[text.Length], out chars));
        Assert.Equal(text.Length, chars);
        var utf8 = new byte[text.Length];
        Assert.True(((IUtf8SpanFormattable)address).TryFormat(utf8, out var bytes, default, null));
        Assert.Equal(text, Encoding.UTF8.GetString(utf8, 0, bytes));
        Assert.Equal(text, $"{address}");
    }

    [Fact]
    public void Parse_WhatToStringWrote_GivesTheAddressBack() => MultiformatsGen.Multiaddr.Sample(
        address => Multiaddr.Parse(address.ToString()) == address
            && Multiaddr.FromBytes(address.Bytes) == address
            && Multiaddr.FromBytes(address.Bytes).GetHashCode() == address.GetHashCode(),
        iter: 10_000);

    [Fact]
    public void Decapsulate_WhatWasEncapsulated_GivesTheOuterBack() => Gen.Select(MultiformatsGen.Multiaddr, MultiformatsGen.Multiaddr).Sample(
        (outer, inner) => outer.Contains(Multicodec.Unix) || outer.Bytes.Length + inner.Bytes.Length > Multiaddr.MaxBytes
            || outer.Encapsulate(inner).Decapsulate(inner) == outer,
        iter: 5_000);

    [Fact]
    public void Ip6_AnyAddress_IsReadAsDotNetReadsIt() => Gen.Select(Gen.Byte.Array[16], Gen.ULong).Sample(
        (bytes, zeros) =>
        {
            // Half of the groups zero, so that runs of them occur.
            for (var group = 0; group < 8; group++)
            {
                if ((zeros >> group) % 2 == 0)
                    bytes[group * 2] = bytes[(group * 2) + 1] = 0;
            }

            var text = Multiaddr.FromBytes([0x29, .. bytes]).ToString()["/ip6/".Length..];
            return IPAddress.Parse(text).Equals(new IPAddress(bytes))
                && Multiaddr.Parse($"/ip6/{new IPAddress(bytes)}").Bytes[1..].SequenceEqual(bytes);
        },
        iter: 10_000);

    [Fact]
    public void TryFromBytes_AnyBytes_AcceptsOnlyAddresses() => Gen.Byte.Array[0, 60].Sample(
        bytes => !Multiaddr.TryFromBytes(bytes, out var address) || Multiaddr.Parse(address.ToString()).Bytes.SequenceEqual(bytes),
        iter: 20_000);

    [Fact]
    public void Parse_AnyText_ThrowsNothingButFormatException() => Gen.Select(Gen.OneOf([.. MultiaddrProtocol.All]), Gen.String[Gen.Char, 0, 40]).Sample(
        (protocol, text) =>
        {
            try
            {
                Multiaddr.Parse($"/{protocol.Name}/{text}");
            }
            catch (FormatException)
            {
            }
        },
        iter: 20_000);
}
