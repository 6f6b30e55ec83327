using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using IpfsKit.Multiformats.Addresses.Values;

namespace IpfsKit.Multiformats;

/// <summary>A protocol of the multiaddr table.</summary>
/// <remarks>
/// Discrepancy: <c>memory</c> has a value of any length, as the table says; go-multiaddr and rust-multiaddr write eight bytes.
/// Table: <see href="https://github.com/multiformats/multiaddr/blob/master/protocols.csv"/>.
/// </remarks>
public sealed class MultiaddrProtocol
{
    /// <summary>The <see cref="ValueLength"/> of values that carry their length.</summary>
    public const int VariableLength = -1;

    private static readonly PortValue Port = new();
    private static readonly TextValue Text = new(isPath: false);

    private static readonly MultiaddrProtocol[] Table =
    [
        new(Multicodec.Ip4, "ip4", 4, new Ip4Value()),
        new(Multicodec.Tcp, "tcp", 2, Port),
        new(Multicodec.Dccp, "dccp", 2, Port),
        new(Multicodec.Ip6, "ip6", 16, new Ip6Value()),
        new(Multicodec.Ip6zone, "ip6zone", VariableLength, Text),
        new(Multicodec.Ipcidr, "ipcidr", 1, new CidrValue()),
        new(Multicodec.Dns, "dns", VariableLength, Text),
        new(Multicodec.Dns4, "dns4", VariableLength, Text),
        new(Multicodec.Dns6, "dns6", VariableLength, Text),
        new(Multicodec.Dnsaddr, "dnsaddr", VariableLength, Text),
        new(Multicodec.Sctp, "sctp", 2, Port),
        new(Multicodec.Udp, "udp", 2, Port),
        new(Multicodec.P2pWebrtcStar, "p2p-webrtc-star"),
        new(Multicodec.P2pWebrtcDirect, "p2p-webrtc-direct"),
        new(Multicodec.P2pStardust, "p2p-stardust"),
        new(Multicodec.WebrtcDirect, "webrtc-direct"),
        new(Multicodec.Webrtc, "webrtc"),
        new(Multicodec.P2pCircuit, "p2p-circuit"),
        new(Multicodec.Udt, "udt"),
        new(Multicodec.Utp, "utp"),
        new(Multicodec.Unix, "unix", VariableLength, new TextValue(isPath: true), isPath: true),
        new(Multicodec.P2p, "p2p", VariableLength, new PeerIdValue()),
        new(Multicodec.Https, "https"),
        new(Multicodec.Onion, "onion", 12, new OnionValue(10)),
        new(Multicodec.Onion3, "onion3", 37, new OnionValue(35)),
        new(Multicodec.Garlic64, "garlic64", VariableLength, new GarlicValue(isBase64: true)),
        new(Multicodec.Garlic32, "garlic32", VariableLength, new GarlicValue(isBase64: false)),
        new(Multicodec.Tls, "tls"),
        new(Multicodec.Sni, "sni", VariableLength, Text),
        new(Multicodec.Noise, "noise"),
        new(Multicodec.Quic, "quic"),
        new(Multicodec.QuicV1, "quic-v1"),
        new(Multicodec.Webtransport, "webtransport"),
        new(Multicodec.Certhash, "certhash", VariableLength, new CertHashValue()),
        new(Multicodec.Ws, "ws"),
        new(Multicodec.Wss, "wss"),
        new(Multicodec.P2pWebsocketStar, "p2p-websocket-star"),
        new(Multicodec.Http, "http"),
        new(Multicodec.HttpPath, "http-path", VariableLength, new HttpPathValue()),
        new(Multicodec.Memorytransport, "memory", VariableLength, Text),
        new(Multicodec.Plaintextv2, "plaintextv2"),
    ];

    private static readonly FrozenDictionary<Multicodec, MultiaddrProtocol> ByCode = Table.ToFrozenDictionary(protocol => protocol.Code);

    // /ipfs/ is what /p2p/ was called at first; it is read and never written.
    private static readonly FrozenDictionary<string, MultiaddrProtocol>.AlternateLookup<ReadOnlySpan<char>> ByName = Table
        .Select(protocol => KeyValuePair.Create(protocol.Name, protocol))
        .Append(KeyValuePair.Create("ipfs", ByCode[Multicodec.P2p]))
        .ToFrozenDictionary(StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    private MultiaddrProtocol(Multicodec code, string name, int valueLength = 0, AddressValue? value = null, bool isPath = false)
    {
        Code = code;
        Name = name;
        ValueLength = valueLength;
        Value = value;
        IsPath = isPath;
    }

    /// <summary>Every protocol, by ascending code but for those added last.</summary>
    public static IReadOnlyList<MultiaddrProtocol> All { get; } = Table.AsReadOnly();

    /// <summary>The code.</summary>
    public Multicodec Code { get; }

    /// <summary>The name in text.</summary>
    public string Name { get; }

    /// <summary>The length of the value in bytes, <see cref="VariableLength"/>, or 0 for a protocol without a value.</summary>
    public int ValueLength { get; }

    /// <summary>Whether there is a value.</summary>
    public bool HasValue => Value is not null;

    /// <summary>Whether the value is a path that takes the rest of the text, so that nothing can follow.</summary>
    public bool IsPath { get; }

    internal AddressValue? Value { get; }

    /// <summary>The protocol with a code; false if there is none.</summary>
    public static bool TryGet(Multicodec code, [NotNullWhen(true)] out MultiaddrProtocol? protocol) => ByCode.TryGetValue(code, out protocol);

    /// <summary>The protocol with a name; false if there is none.</summary>
    public static bool TryGet(ReadOnlySpan<char> name, [NotNullWhen(true)] out MultiaddrProtocol? protocol) => ByName.TryGetValue(name, out protocol);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
