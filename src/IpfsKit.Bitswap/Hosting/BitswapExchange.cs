using IpfsKit.Bitswap.Client;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Bitswap.Server;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Hosting;

/// <summary>Bitswap: the client and the server over one network. What peers want goes to the server, what they send and say to the client.</summary>
internal sealed class BitswapExchange(BitswapNetwork network, BitswapClient client, BitswapServer server, NetworkInstruments instruments) : IBitswap, IMessageSink, IAsyncDisposable
{
    private int _isStarted;

    /// <inheritdoc/>
    public BitswapStatistics Statistics
    {
        get
        {
            var counted = client.Instruments;
            return new BitswapStatistics
            {
                BlocksReceived = counted.BlocksReceived,
                BytesReceived = counted.BytesReceived,
                DuplicateBlocksReceived = counted.DuplicateBlocks,
                DuplicateBytesReceived = counted.DuplicateBytes,
                UnwantedBlocksReceived = counted.UnwantedBlocks,
                BlocksSent = server.BlocksSent,
                BytesSent = server.BytesSent,
                MessagesReceived = instruments.MessagesReceived,
                MessagesSent = instruments.MessagesSent,
            };
        }
    }

    /// <summary>The part that fetches.</summary>
    internal BitswapClient Client => client;

    /// <summary>The part that serves.</summary>
    internal BitswapServer Server => server;

    /// <inheritdoc/>
    public IReadOnlyList<PeerId> Peers => [.. network.Peers.Select(peer => peer.Id)];

    /// <inheritdoc/>
    public IReadOnlyList<Cid> Wantlist => client.Wantlist;

    /// <summary>Begins to take streams of peers and to serve them. Harmless when it has begun.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) != 0)
            return;
        server.Start();
        network.Start(this);
    }

    /// <inheritdoc/>
    public IBitswapSession CreateSession(Cid root, BitswapSessionOptions? options = null) => client.CreateSession(root, options);

    /// <inheritdoc/>
    public BitswapLedger? GetLedger(PeerId peer) => server.GetLedger(peer);

    /// <inheritdoc/>
    public IReadOnlyList<Cid> GetWantlist(PeerId peer) => server.GetWantlist(peer);

    /// <inheritdoc/>
    public void NotifyNewBlocks(IReadOnlyList<Cid> cids)
    {
        ArgumentNullException.ThrowIfNull(cids);
        server.NotifyNewBlocks(cids);
    }

    /// <inheritdoc/>
    public void OnWantlist(PeerId peer, IReadOnlyList<WantlistEntry> entries, bool isFull) => server.OnWantlist(peer, entries, isFull);

    /// <inheritdoc/>
    public ValueTask OnBlockAsync(PeerId peer, ReceivedBlock block, CancellationToken cancellationToken)
    {
        server.OnReceived(peer, block.Buffer.Memory.Length);
        return client.OnBlockAsync(peer, block, cancellationToken);
    }

    /// <inheritdoc/>
    public void OnPresences(PeerId peer, IReadOnlyList<BlockPresence> presences) => client.OnPresences(peer, presences);

    /// <summary>Stops: sessions end, nobody is served any more, and streams are closed. Harmless when it has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        // Those that use the network first.
        await client.DisposeAsync().ConfigureAwait(false);
        await server.DisposeAsync().ConfigureAwait(false);
        await network.DisposeAsync().ConfigureAwait(false);
    }
}
