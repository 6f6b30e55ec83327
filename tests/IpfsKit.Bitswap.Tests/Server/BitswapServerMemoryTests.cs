using System.Diagnostics;
using IpfsKit.Bitswap.Messages;
using IpfsKit.TestKit;
using static IpfsKit.Bitswap.Tests.Server.BitswapServerBoundsTests;
using static IpfsKit.Bitswap.Tests.Server.ServerRig;

namespace IpfsKit.Bitswap.Tests.Server;

/// <summary>What peers made the server allocate is gone when they are. Alone, because it looks at the memory of the process.</summary>
[Collection(nameof(BitswapServerMemoryTests))]
[CollectionDefinition(nameof(BitswapServerMemoryTests), DisableParallelization = true)]
public sealed class BitswapServerMemoryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task MillionWants_ThenDisconnect_LeaveNothing(int slope)
    {
        await using var rig = new ServerRig();
        var messages = Soak.Count(100, 1000) / 10;
        var before = await HeldBytesAsync();
        var peer = rig.Peers.Join(1);
        var watch = Stopwatch.StartNew();
        var wants = new WantlistEntry[10_000];
        for (var message = 0; message < messages; message++)
        {
            for (var i = 0; i < wants.Length; i++)
                wants[i] = Block(Fake((message * wants.Length) + i), priority: slope * ((message * wants.Length) + i));
            rig.Server.OnWantlist(peer, wants, isFull: false);
            Assert.InRange(rig.Server.Engine.WantCount, 0, 1024);
            Assert.InRange(rig.Server.Engine.WaitedBlocks, 0, 1024);
        }

        await rig.SettleAsync();
        TestContext.Current.SendDiagnosticMessage($"{messages * wants.Length} wants, slope {slope}: {watch.Elapsed.TotalMilliseconds:0} ms");
        rig.Peers.Leave(peer);
        await rig.SettleAsync();
        rig.AssertNothingLeft();
        wants = null;
        rig.Peers.Forget();
        Assert.InRange(await HeldBytesAsync() - before, long.MinValue, 2 << 20);
    }

    [Fact]
    public async Task ManyPeersThatWantMuch_LeaveNothing()
    {
        await using var rig = new ServerRig();
        var before = await HeldBytesAsync();
        for (var i = 0; i < 200; i++)
            rig.WantBlocks(rig.Peers.Join(i), Enumerable.Range(i * 1024, 1024).Select(Fake));
        await rig.SettleAsync();
        Assert.Equal(200 * 1024, rig.Server.Engine.WantCount);
        Assert.Equal(200 * 1024, rig.Server.Engine.WaitedBlocks);
        for (var i = 0; i < 200; i++)
            rig.Peers.Leave(FakePeers.Id(i));
        rig.AssertNothingLeft();
        rig.Peers.Forget();
        Assert.InRange(await HeldBytesAsync() - before, long.MinValue, 2 << 20);
    }

    private static async Task<long> HeldBytesAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
