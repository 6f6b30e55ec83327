using IpfsKit.Libp2p.Protocols.Ping;
using IpfsKit.Libp2p.Tests.Hosting;
using IpfsKit.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Libp2p.Tests.Protocols.Ping;

public sealed class PingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ping_OfAPeer_MeasuresAndRemembers()
    {
        await using var pair = await Pair.StartAsync();
        var ping = pair.Alice.Services.GetRequiredService<IPingService>();

        var roundTrip = await ping.PingAsync(pair.Bob.PeerId, Cancellation);
        Assert.True(roundTrip > TimeSpan.Zero);
        Assert.Equal(roundTrip, pair.Alice.Host.PeerStore.GetLatency(pair.Bob.PeerId));

        var statistics = await ping.MeasureAsync(pair.Bob.PeerId, 10, Cancellation);
        Assert.Equal(10, statistics.RoundTrips.Count);
        Assert.InRange(statistics.Average, statistics.Minimum, statistics.Maximum);
        Assert.All(pair.Alice.Metrics.TagsOf("libp2p.ping.duration"), tags => Assert.Equal("outcome=done", tags));
    }

    [Fact]
    public void Statistics_OfRoundTrips_AreTheirs()
    {
        var statistics = new PingStatistics([TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(3)]);
        Assert.Equal(TimeSpan.FromMilliseconds(2), statistics.Average);
        Assert.Equal(TimeSpan.FromMilliseconds(1), statistics.Deviation);
        Assert.Equal((TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(3)), (statistics.Minimum, statistics.Maximum));
    }

    [Fact]
    public async Task Ping_OnManyStreams_TheThirdIsReset()
    {
        await using var pair = await Pair.StartAsync();
        var streams = new List<IProtocolStream>();
        for (var i = 0; i < 2; i++)
        {
            streams.Add(await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, [PingProtocol.Id], Cancellation));
            await streams[i].WriteAsync(new byte[PingProtocol.PayloadBytes], Cancellation);
            await streams[i].ReadExactlyAsync(new byte[PingProtocol.PayloadBytes], Cancellation);
        }

        await using var third = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, [PingProtocol.Id], Cancellation);
        await Assert.ThrowsAsync<StreamResetException>(async () =>
        {
            await third.WriteAsync(new byte[PingProtocol.PayloadBytes], Cancellation);
            await third.ReadExactlyAsync(new byte[PingProtocol.PayloadBytes], Cancellation);
        });

        foreach (var stream in streams)
            await stream.DisposeAsync();
        await Eventually.TrueAsync("there is room again", async () => await TryPingAsync(pair), TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Ping_Flood_IsAnsweredAtThePaceOfTheReader()
    {
        await using var pair = await Pair.StartAsync();
        await using var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, [PingProtocol.Id], Cancellation);
        var flood = new byte[32 * 20_000];
        Random.Shared.NextBytes(flood);

        var writing = stream.WriteAsync(flood, Cancellation).AsTask();
        var answered = new byte[flood.Length];
        await stream.ReadExactlyAsync(answered, Cancellation);
        await writing;

        Assert.Equal(flood, answered);
    }

    private static async Task<bool> TryPingAsync(Pair pair)
    {
        try
        {
            await pair.Alice.Host.Ping.PingAsync(pair.Bob.PeerId, Cancellation);
            return true;
        }
        catch (StreamResetException)
        {
            return false;
        }
    }
}
