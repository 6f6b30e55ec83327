using IpfsKit.Bitswap;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Exchange;

namespace IpfsKit.Client.Tests.Behaviour;

/// <summary>Content that no silo has, and a peer outside of the cluster does.</summary>
public sealed class PeerContentTests : IAsyncLifetime
{
    private static int _seed;

    private readonly byte[] _file = new byte[3 << 20];
    private OutsidePeer _peer = null!;
    private TestSilo _silo = null!;
    private Cid _root;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IIpfsKitClient Client => _silo.Client;

    public async ValueTask InitializeAsync()
    {
        new Random(Interlocked.Increment(ref _seed)).NextBytes(_file);
        _peer = await OutsidePeer.StartAsync();
        _root = (await new UnixFsImporter(_peer.Store, new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV0_2015 }).ImportFileAsync(new MemoryStream(_file), cancellationToken: Token)).Root;
        _silo = await TestSilo.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _peer.DisposeAsync();
    }

    [Fact]
    public async Task OpenRead_OfAFileOfAConnectedPeer_ReadsIt()
    {
        await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);

        Assert.Equal(_file, await Client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{_root}"), cancellationToken: Token));

        // It stays for a while, and is no root of the cluster.
        await _peer.Host.StopAsync(Token);
        Assert.Equal(_file, await Client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{_root}"), cancellationToken: Token));
        Assert.Empty(await Client.ListRootsAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task OpenRead_OfARange_FetchesLittleMoreThanThat()
    {
        await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);
        await using var stream = await Client.OpenReadAsync(IpfsPath.Parse($"/ipfs/{_root}"), Token);
        stream.Position = _file.Length - 100;
        var end = new byte[100];
        await stream.ReadExactlyAsync(end, Token);

        Assert.Equal(_file[^100..], end);
        var fetched = (await Client.GetStatsAsync(Token)).Retrieval;
        // The root, the first window of 1 MiB that opening asks for, and the block with the end.
        Assert.InRange(fetched.TotalBytesRetrieved, 1, _file.Length * 2L / 3);
    }

    [Fact]
    public async Task Fetch_FromAPeer_MakesARootAndTellsProgress()
    {
        var progress = new List<FetchProgress>();

        var result = await Client.FetchAsync(_root, new FetchOptions { Peers = [_peer.Address], Pin = true }, new Recorder(progress), Token);

        Assert.Equal((_root, (long)_file.Length, 13), (result.Root, result.SizeBytes, result.FetchedBlocks));
        Assert.Equal(_peer.PeerId, Assert.Single(result.Sources).Peer);
        Assert.Equal(result.FetchedBytes, progress[^1].Bytes);
        var stat = await Client.StatAsync(IpfsPath.Parse($"/ipfs/{_root}"), Token);
        Assert.Equal((_file.Length, PinMode.Recursive), (stat.Root!.SizeBytes, stat.Root.Pin!.Mode));
        var statistics = (await Client.GetStatsAsync(Token)).Retrieval;
        Assert.Equal((1, 1, 0, result.FetchedBytes), (statistics.CacheMisses, statistics.CacheMissesHandled, statistics.CacheMissesFailed, statistics.TotalBytesRetrieved));
    }

    [Fact]
    public async Task Fetch_Cancelled_EndsAndGoesOnLater()
    {
        var missing = TestBlocks.Raw(1, 1000);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = Client.FetchAsync(missing.Cid, new FetchOptions { Peers = [_peer.Address], IdleTimeout = TimeSpan.FromMinutes(5) }, cancellationToken: cancelled.Token);
        await Eventually.TrueAsync("the peer is asked", () => Task.FromResult(_peer.Bitswap.Peers.Count > 0 && _peer.Bitswap.GetWantlist(_peer.Bitswap.Peers[0]).Count > 0), TimeSpan.FromSeconds(30), Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await _peer.Store.PutAsync(missing, Token);
        Assert.Equal(1, (await Client.FetchAsync(missing.Cid, cancellationToken: Token)).FetchedBlocks);
    }

    [Fact]
    public async Task OpenRead_Cancelled_EndsWhatIsAskedOfPeers()
    {
        var leaf = TestBlocks.Raw(4321, 1000);
        await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = Client.OpenReadAsync(IpfsPath.Parse($"/ipfs/{leaf.Cid}"), cancelled.Token);
        await EventuallyWantedAsync(1);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await EventuallyWantedAsync(0);

        Task EventuallyWantedAsync(int count) => Eventually.TrueAsync(
            $"{count} blocks are wanted of the peer", () => Task.FromResult(_peer.Bitswap.Peers.Count > 0 && _peer.Bitswap.GetWantlist(_peer.Bitswap.Peers[0]).Count == count), TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task Directory_OfAConnectedPeer_IsListedAndDownloaded()
    {
        var entries = Enumerable.Range(0, 40).Select(i => UnixFsSourceEntry.File($"file-{i:D2}", new MemoryStream([(byte)i]))).ToArray();
        var tree = await new UnixFsTreeImporter(_peer.Store, new UnixFsImportOptions()).ImportAsync(new UnixFsSource(entries), cancellationToken: Token);
        await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);
        using var target = new TemporaryDirectory();

        var listed = await Client.ListAsync(IpfsPath.Parse($"/ipfs/{tree.Root}"), cancellationToken: Token).ToArrayAsync(Token);
        var written = await Client.DownloadAsync(IpfsPath.Parse($"/ipfs/{tree.Root}"), target.Combine("copy"), cancellationToken: Token);

        Assert.Equal(40, listed.Length);
        Assert.Equal(40, written.Bytes);
        var copied = await File.ReadAllBytesAsync(target.Combine("copy", "file-07"), Token);
        Assert.Equal(7, Assert.Single(copied));
    }

    [Theory]
    [InlineData(PinMode.Recursive)]
    [InlineData(PinMode.Direct)]
    public async Task Pin_OfContentOfAConnectedPeer_FetchesIt(PinMode mode)
    {
        await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);

        await Client.PinAsync(IpfsPath.Parse($"/ipfs/{_root}"), new PinOptions { Mode = mode }, Token);

        Assert.Equal(mode, Assert.Single(await Client.ListPinsAsync(cancellationToken: Token).ToArrayAsync(Token)).Mode);
        Assert.Equal(mode == PinMode.Recursive ? 13 : 1, (await Client.GetStatsAsync(Token)).Retrieval.BlocksRetrieved);
    }

    [Fact]
    public async Task OpenRead_OfWhatNobodyHas_IsNotFoundWithAndWithoutPeers()
    {
        var path = IpfsPath.Parse($"/ipfs/{TestBlocks.Raw(99).Cid}");
        await Assert.ThrowsAsync<ContentNotFoundException>(() => Client.OpenReadAsync(path, Token));

        await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);

        var missing = await Assert.ThrowsAsync<ContentNotFoundException>(() => Client.OpenReadAsync(path, Token));
        Assert.Equal(path.Root, missing.Cid);
    }

    [Fact]
    public async Task ReadAllBytes_OfALargerFile_IsRefusedBeforeItIsRead()
    {
        await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);

        var exception = await Assert.ThrowsAsync<FetchTooLargeException>(() => Client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{_root}"), 1 << 20, Token));

        Assert.Equal(1 << 20, exception.Limit);
    }

    [Fact]
    public async Task Content_AddedThroughTheClient_IsServedToAPeerThatWaitedForIt()
    {
        var content = "what somebody waits for"u8.ToArray();
        var block = Block.Create(Multicodec.Raw, content);
        await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);
        await using var session = _peer.Bitswap.CreateSession(block.Cid, new BitswapSessionOptions { NotFoundDelay = Timeout.InfiniteTimeSpan });
        var waiting = session.GetAsync(block.Cid, Token).AsTask();

        await Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Token);

        using var received = await waiting.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(content, received!.Data.ToArray());
    }

    [Fact]
    public async Task Peers_AreListedWithTheirNode()
    {
        Assert.Empty(await Client.ListPeersAsync(Token));

        var connected = await Client.ConnectPeerAsync(_peer.Address, cancellationToken: Token);

        var listed = Assert.Single(await Client.ListPeersAsync(Token));
        Assert.Equal((_peer.PeerId, Assert.Single(await Client.ListNodesAsync(Token)).Node), (listed.Peer, listed.Node));
        Assert.Equal(connected.Peer, listed.Peer);
    }

    [Fact]
    public async Task Connect_ToNobody_SaysSo()
    {
        var address = Multiaddr.Parse($"/ip4/127.0.0.1/tcp/1/p2p/{_peer.PeerId}");

        var exception = await Assert.ThrowsAsync<PeerUnavailableException>(() => Client.ConnectPeerAsync(address, cancellationToken: Token));

        Assert.Equal(address, exception.Address);
    }

    private sealed class Recorder(List<FetchProgress> seen) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => seen.Add(value);
    }
}
