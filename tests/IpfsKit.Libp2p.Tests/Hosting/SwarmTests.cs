using System.Collections.Concurrent;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Tests.TestDoubles;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Libp2p.Tests.Hosting;

public sealed class SwarmTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_OfOnePeer_ComeInTheOrderInWhichItHappened()
    {
        var swarm = new Swarm(NullLogger<Swarm>.Instance);
        var (before, after) = (TestSessions.Create(), TestSessions.Create());
        var events = new ConcurrentQueue<string>();
        using var isRemoving = new SemaphoreSlim(0);
        using var mayRemove = new SemaphoreSlim(0);
        swarm.Added += (session, isFirst) => events.Enqueue($"added {Name(session)} {isFirst}");
        swarm.Removed += (session, isLast) =>
        {
            isRemoving.Release();
            Assert.True(mayRemove.Wait(Patience));
            events.Enqueue($"removed {Name(session)} {isLast}");
        };
        Assert.True(swarm.TryAdd(before));

        // While somebody is being told that the peer has gone it comes back.
        var removal = Task.Run(() => swarm.RemoveAsync(before), Cancellation);
        Assert.True(await isRemoving.WaitAsync(Patience, Cancellation));
        Assert.True(swarm.TryAdd(after));
        mayRemove.Release();
        await removal.WaitAsync(Patience, Cancellation);

        Assert.Equal(["added before True", "removed before True", "added after True"], events);

        string Name(Session session) => session == before ? "before" : "after";
    }

    [Fact]
    public void Find_ConnectionThatIsClosing_IsNotGiven()
    {
        var swarm = new Swarm(NullLogger<Swarm>.Instance);
        var (first, second) = (TestSessions.Create(), TestSessions.Create());
        Assert.True(swarm.TryAdd(first) && swarm.TryAdd(second));
        Assert.Same(first, swarm.Find(first.RemotePeer));

        ((TestMuxer.Connection)first.Connection).IsClosing = true;

        Assert.Same(second, swarm.Find(first.RemotePeer));
        Assert.Equal([second, first], swarm.Get(first.RemotePeer));
        ((TestMuxer.Connection)second.Connection).IsClosing = true;
        Assert.Null(swarm.Find(first.RemotePeer));
    }
}
