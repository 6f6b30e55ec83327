using System.Collections.Frozen;
using IpfsKit.Bitswap;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Providers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Grains.Tests.Providers;

public sealed class ProviderAggregatorTests
{
    private static readonly PeerId Peer = PeerId.FromPublicKey("peer"u8);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Siblings _siblings = new();
    private readonly IpfsKitOptions _options = new();

    [Fact]
    public void Outcomes_OfAPeer_AreOneReport()
    {
        var aggregator = Create();
        var start = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(1));
        aggregator.Delivered(Peer, 100, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(3));
        aggregator.Delivered(Peer, 200, TimeSpan.FromSeconds(3));
        aggregator.Failed(Peer, PeerFailure.Timeout);

        var (peer, report) = Assert.Single(aggregator.Drain());
        Assert.Equal(Peer, peer);
        Assert.Equal(
            new ProviderReport
            {
                Successes = 2,
                Failures = 1,
                Bytes = 300,
                Latency = TimeSpan.FromSeconds(2),
                Busy = TimeSpan.FromSeconds(4),
                EndedInFailure = true,
                At = start + TimeSpan.FromSeconds(4),
            },
            report);
        Assert.Empty(aggregator.Drain());
    }

    [Fact]
    public void Silos_OfTheCluster_AreNotCounted()
    {
        _siblings.Peers = new[] { Peer }.ToFrozenSet();
        var aggregator = Create();

        aggregator.Delivered(Peer, 1, TimeSpan.Zero);

        Assert.Empty(aggregator.Drain());
    }

    [Fact]
    public void Peers_BeyondTheBound_AreDroppedAndCounted()
    {
        _options.Exchange.MaxReportedPeers = 16;
        var aggregator = Create();

        for (var i = 0; i < 20; i++)
            aggregator.Failed(PeerId.FromPublicKey(BitConverter.GetBytes(i)), PeerFailure.Unreachable);

        Assert.Equal((16, 4), (aggregator.Drain().Count, aggregator.Dropped));
    }

    private ProviderAggregator Create() => new(_siblings, _time, Options.Create(_options));
}
