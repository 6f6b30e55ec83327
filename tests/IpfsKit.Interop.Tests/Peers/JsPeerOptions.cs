namespace IpfsKit.Interop.Tests.Peers;

/// <summary>How a js-libp2p peer is started; see <c>tests/peers/peer.mjs</c>.</summary>
internal sealed record JsPeerOptions
{
    public string Script { get; init; } = "peer.mjs";

    public IReadOnlyList<string> Listen { get; init; } = ["/ip4/127.0.0.1/tcp/0"];

    public string Transports { get; init; } = "tcp";

    public string Security { get; init; } = "noise";

    public string Services { get; init; } = "";

    public string KeyType { get; init; } = "Ed25519";

    public string? PrivateNetworkKeyPath { get; init; }

    public string? WebSocketKeyPath { get; init; }

    public string? WebSocketCertificatePath { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IEnumerable<string> ToArguments()
    {
        yield return Script;
        foreach (var address in Listen)
        {
            yield return "--listen";
            yield return address;
        }

        foreach (var (name, value) in new (string, string?)[]
        {
            ("--transports", Transports), ("--security", Security), ("--services", Services), ("--key-type", KeyType),
            ("--psk", PrivateNetworkKeyPath), ("--ws-key", WebSocketKeyPath), ("--ws-cert", WebSocketCertificatePath),
        })
        {
            if (value is null)
                continue;
            yield return name;
            yield return value;
        }
    }
}
