using System.Collections.Concurrent;
using System.Diagnostics;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hosting;

public sealed class SpanTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public SpanTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Libp2pInstruments.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Spans_OfAConnection_SayWithWhomAndHowItEnded()
    {
        await using var pair = await Pair.StartAsync();
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/span/1"), (_, _) => Task.CompletedTask);
        await using var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/none/1", "/span/1"], Cancellation);
        await Assert.ThrowsAsync<NegotiationFailedException>(() => pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/none/1", "/none/2"], Cancellation));
        await Assert.ThrowsAsync<PeerUnreachableException>(() => pair.Alice.Host.ConnectAsync(new PeerInfo(TestPeers.Carol), Cancellation));

        // Other tests have spans at the same time, with other peers.
        var (alice, bob) = (pair.Alice.PeerId, pair.Bob.PeerId);
        await ExpectAsync($"libp2p.dial outcome=done,peer={bob} Unset");
        await ExpectAsync($"libp2p.upgrade direction=outbound,outcome=done,peer={bob} Unset");
        await ExpectAsync($"libp2p.upgrade direction=inbound,outcome=done,peer={alice} Unset");
        await ExpectAsync($"libp2p.negotiate direction=outbound,outcome=done,peer={bob},protocol=/span/1 Unset");
        await ExpectAsync($"libp2p.negotiate direction=inbound,outcome=done,peer={alice},protocol=/span/1 Unset");
        await ExpectAsync($"libp2p.negotiate direction=outbound,outcome=failed,peer={bob} Error");
        await ExpectAsync($"libp2p.dial outcome=failed,peer={TestPeers.Carol} Error");
    }

    private Task ExpectAsync(string span) => Eventually.TrueAsync(
        $"{span} among {string.Join("; ", _ended.Select(Describe))}", () => Task.FromResult(_ended.Any(activity => Describe(activity) == span)), TimeSpan.FromSeconds(30), Cancellation);

    private static string Describe(Activity activity) =>
        $"{activity.OperationName} {string.Join(",", activity.TagObjects.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))} {activity.Status}";
}
