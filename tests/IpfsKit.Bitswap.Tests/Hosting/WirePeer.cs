using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Tests.Network;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using static IpfsKit.Bitswap.Tests.Messages.Wired;

namespace IpfsKit.Bitswap.Tests.Hosting;

/// <summary>A peer whose side the test plays, byte by byte: it speaks bitswap 1.2 and does nothing by itself.</summary>
internal sealed class WirePeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestNode _node;
    private readonly ChannelSink _sink = new();

    private WirePeer(TestNode node) => _node = node;

    public PeerId Id => _node.Id;

    public PeerInfo Info => _node.Info;

    /// <summary>Whether nothing has come that the test has not taken.</summary>
    public bool HasNothing => _sink.IsEmpty;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<WirePeer> StartAsync(InMemoryNetwork network)
    {
        var peer = new WirePeer(await TestNode.StartPlainAsync(network));
        peer._node.Host.SetStreamHandler(ProtocolMatcher.Exact(BitswapProtocol.Ids[0]), peer.HandleAsync);
        return peer;
    }

    /// <summary>Connects; the node knows that it speaks bitswap then.</summary>
    public async Task ConnectAsync(ExchangeNode node)
    {
        await _node.Host.ConnectAsync(node.Info, Cancelled);
        await Eventually.TrueAsync("the peer has joined", () => Task.FromResult(node.Bitswap.Peers.Contains(Id)), Patience, Cancelled);
    }

    /// <summary>A stream to the node.</summary>
    public Task<IProtocolStream> OpenAsync(ExchangeNode node) => _node.Host.NewStreamAsync(node.Id, [BitswapProtocol.Ids[0]], Cancelled);

    /// <summary>Says one message on a stream of its own.</summary>
    public async Task SendAsync(ExchangeNode node, params byte[][] fields)
    {
        await using var stream = await OpenAsync(node);
        await stream.WriteAsync(Framed([.. fields.SelectMany(static field => field)]), Cancelled);
        await stream.CompleteWritesAsync(Cancelled);
        // Until the node has read it.
        while (await stream.ReadAsync(new byte[16], Cancelled) > 0)
        {
        }
    }

    public Task DisconnectAsync(ExchangeNode node) => _node.Host.DisconnectAsync(node.Id, Cancelled);

    /// <summary>Waits until it is asked for a block.</summary>
    public async Task UntilWantedAsync(Cid cid, WantKind kind = WantKind.Block)
    {
        while (!(await NextWantsAsync()).Any(entry => entry.Cid == cid && entry.Kind == kind && !entry.IsCancel))
        {
        }
    }

    /// <summary>The next wants that it is told.</summary>
    public Task<WantlistEntry[]> NextWantsAsync() => _sink.NextAsync<WantlistEntry[]>();

    /// <summary>The next part of what it is sent.</summary>
    public Task<T> NextAsync<T>() => _sink.NextAsync<T>();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    /// <summary>A block as a field of a message.</summary>
    public static byte[] Payload(params ReadOnlySpan<byte> data) => Field(3, [.. Field(1, 1, 0x55, 0x12, 0x20), .. Field(2, data)]);

    /// <summary>"I have it", as a field of a message.</summary>
    public static byte[] Have(Cid cid) => Field(4, Field(1, cid.ToBytes()));

    /// <summary>Wants of blocks, as a field of a message.</summary>
    public static byte[] Wants(params IEnumerable<byte[]> cids) => Field(1, [.. cids.SelectMany(static cid => Field(1, [.. Field(1, cid), 0x10, 1, 0x28, 1]))]);

    private async Task HandleAsync(IProtocolStream stream, CancellationToken cancellationToken)
    {
        using var deadline = new ReadDeadline(TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);
        using var reader = new MessageReader(stream, stream.Session.RemotePeer, _sink, deadline);
        while (await reader.ReadAsync())
        {
        }
    }
}
