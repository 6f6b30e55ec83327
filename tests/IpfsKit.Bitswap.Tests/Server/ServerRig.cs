using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Server;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Bitswap.Tests.Server;

/// <summary>A server between peers and a store that do as they are told, on a time that stands still.</summary>
internal sealed class ServerRig : IAsyncDisposable
{
    private readonly ServerInstruments _instruments = new();

    public ServerRig(Action<BitswapServerOptions>? configure = null, IServePolicy? policy = null)
    {
        var options = new BitswapServerOptions();
        configure?.Invoke(options);
        Peers = new FakePeers(Time);
        Server = new BitswapServer(Peers, Store, policy, options, Time, NullLogger<BitswapServer>.Instance, _instruments);
        Server.Start();
    }

    public FakeTimeProvider Time { get; } = new();

    public FakeStore Store { get; } = new();

    public FakePeers Peers { get; }

    public BitswapServer Server { get; }

    /// <summary>Stores a block.</summary>
    public async Task<Cid> AddAsync(int seed, int size)
    {
        var block = TestBlocks.Raw(seed, size);
        await Store.PutAsync(block);
        return block.Cid;
    }

    /// <summary>Stores blocks.</summary>
    public async Task<Cid[]> AddAsync(int firstSeed, int count, int size)
    {
        var blocks = TestBlocks.RawMany(firstSeed, count, size);
        await Store.PutManyAsync(blocks);
        return [.. blocks.Select(block => block.Cid)];
    }

    /// <summary>A block comes, and the server hears of it.</summary>
    public async Task ArriveAsync(Block block)
    {
        await Store.PutAsync(block);
        Server.NotifyNewBlocks([block.Cid]);
    }

    public void Want(PeerId peer, params WantlistEntry[] entries) => Server.OnWantlist(peer, entries, isFull: false);

    public void WantBlocks(PeerId peer, IEnumerable<Cid> cids, int priority = 1) => Server.OnWantlist(peer, [.. cids.Select(cid => Block(cid, priority))], isFull: false);

    public static WantlistEntry Block(in Cid cid, int priority = 1, bool sendDontHave = true) => new(cid, WantKind.Block, priority, sendDontHave);

    public static WantlistEntry Have(in Cid cid, int priority = 1, bool sendDontHave = true) => new(cid, WantKind.Have, priority, sendDontHave);

    public static WantlistEntry Cancel(in Cid cid) => new(cid, WantKind.Block, 0, false, IsCancel: true);

    /// <summary>Waits until the server has done all that it can do without more time or another word.</summary>
    public async Task SettleAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Server.IsIdle)
        {
            Assert.False(timeout.IsCancellationRequested, "The server does not come to rest.");
            await Task.Yield();
        }
    }

    /// <summary>Waits until nothing is under way any more, also to peers that had to be given up.</summary>
    public async Task DrainAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Server.Engine.Sending != 0)
        {
            Assert.False(timeout.IsCancellationRequested, "Messages are not given up.");
            await Task.Yield();
        }

        await SettleAsync();
    }

    /// <summary>Lets time pass, in steps.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan step)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Time.Advance(step);
            await SettleAsync();
        }
    }

    public void AssertNothingLeft()
    {
        Assert.Equal(0, Server.Engine.WantCount);
        Assert.Equal(0, Server.Engine.WaitedBlocks);
        Assert.Equal(0, Server.Engine.Sending);
        Assert.Equal(0, Server.Engine.OutstandingBytes);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Assert.Equal(0, Server.Engine.Sending);
        Assert.Equal(0, Server.Engine.OutstandingBytes);
        _instruments.Dispose();
    }
}
