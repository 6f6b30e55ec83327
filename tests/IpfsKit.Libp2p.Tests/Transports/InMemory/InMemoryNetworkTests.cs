using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Transports.InMemory;

public sealed class InMemoryNetworkTests
{
    private static readonly Multiaddr Address = Multiaddr.Parse("/memory/7");
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dial_WithLatency_CostsARoundTripAndIsAcceptedHalfALater()
    {
        var network = new InMemoryNetwork(_time) { Conditions = new() { Latency = TimeSpan.FromMilliseconds(50) } };
        var transport = network.CreateTransport();
        await using var listener = await transport.ListenAsync(Address, Token);
        var accept = listener.AcceptAsync(Token).AsTask();
        var dial = transport.DialAsync(Address, Token).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(dial.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await using var dialer = await dial;
        _time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(accept.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await using var accepted = await accept;
        Assert.NotNull(accepted);
    }

    [Fact]
    public async Task Dial_NobodyListens_CostsARoundTripToo()
    {
        var network = new InMemoryNetwork(_time) { Conditions = new() { Latency = TimeSpan.FromMilliseconds(50) } };
        var dial = network.CreateTransport().DialAsync(Address, Token).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(dial.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<DialFailedException>(() => dial);
    }

    [Fact]
    public async Task Write_WithLatency_ArrivesThatMuchLater()
    {
        var network = new InMemoryNetwork(_time);
        await using var pair = await ConnectionPair.ConnectAsync(network.CreateTransport(), Address);
        network.Conditions = new() { Latency = TimeSpan.FromMilliseconds(30) };
        await pair.Dialer.WriteAsync(new byte[10], Token);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        await pair.Dialer.WriteAsync(new byte[5], Token);
        var read = pair.Accepted.ReadAsync(new byte[100], Token).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.False(read.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(10, await read);
        var second = pair.Accepted.ReadAsync(new byte[100], Token).AsTask();
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(5, await second);
    }

    [Fact]
    public async Task Write_WithBandwidth_ArrivesAtThatRate()
    {
        var network = new InMemoryNetwork(_time);
        await using var pair = await ConnectionPair.ConnectAsync(network.CreateTransport(), Address);
        network.Conditions = new() { BytesPerSecond = 1 << 20 };
        await pair.Dialer.WriteAsync(new byte[1 << 20], Token);
        var buffer = new byte[2 << 20];
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(512 << 10, await pair.Accepted.ReadAsync(buffer, Token));
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(512 << 10, await pair.Accepted.ReadAsync(buffer, Token));
    }

    [Fact]
    public async Task Write_MoreThanMayBeInFlight_WaitsForTheReader()
    {
        var network = new InMemoryNetwork(_time) { Conditions = new() { MaxInFlightBytes = 4096 } };
        await using var pair = await ConnectionPair.ConnectAsync(network.CreateTransport(), Address);
        var write = pair.Dialer.WriteAsync(new byte[5000], Token).AsTask();
        Assert.False(write.IsCompleted);
        Assert.Equal(4096, await pair.Accepted.ReadAsync(new byte[8192], Token));
        await write;
        Assert.Equal(904, await pair.Accepted.ReadAsync(new byte[8192], Token));
    }

    [Fact]
    public async Task Loss_SameSeed_DelaysTheSameSegmentsAndLosesNoBytes()
    {
        var first = await ArrivalsAsync(seed: 3);
        Assert.Equal(first, await ArrivalsAsync(seed: 3));
        Assert.NotEqual(first, await ArrivalsAsync(seed: 4));
        Assert.Equal(200, first.Sum());
        Assert.Contains(0, first);

        static async Task<List<int>> ArrivalsAsync(int seed)
        {
            var time = new FakeTimeProvider();
            var network = new InMemoryNetwork(time, seed) { Conditions = new() { LossRate = 0.1, RetransmitDelay = TimeSpan.FromMilliseconds(5) } };
            await using var pair = await ConnectionPair.ConnectAsync(network.CreateTransport(), Address);
            var arrivals = new List<int>();
            for (var i = 0; i < 210; i++)
            {
                if (i < 200)
                    await pair.Dialer.WriteAsync(new byte[1], Token);
                arrivals.Add(await PollAsync(pair.Accepted));
                time.Advance(TimeSpan.FromMilliseconds(1));
            }

            return arrivals;
        }

        // What has arrived is read without waiting.
        static async Task<int> PollAsync(IRawConnection connection)
        {
            using var cancel = new CancellationTokenSource();
            var read = connection.ReadAsync(new byte[300], cancel.Token).AsTask();
            if (read.IsCompleted)
                return await read;
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
            return 0;
        }
    }

    [Fact]
    public async Task Abort_WithLatency_IsKnownToTheOtherSideThatMuchLater()
    {
        var network = new InMemoryNetwork(_time);
        await using var pair = await ConnectionPair.ConnectAsync(network.CreateTransport(), Address);
        network.Conditions = new() { Latency = TimeSpan.FromMilliseconds(30) };
        var read = pair.Accepted.ReadAsync(new byte[1], Token).AsTask();
        pair.Dialer.Abort();
        _time.Advance(TimeSpan.FromMilliseconds(29));
        Assert.False(read.IsCompleted);
        await pair.Accepted.WriteAsync(new byte[1], Token);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<ConnectionClosedException>(() => read);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Accepted.WriteAsync(new byte[1], Token).AsTask());
    }

    [Fact]
    public async Task Reset_OneListener_DropsItsConnectionsAtBothEndsAndNoOthers()
    {
        var network = new InMemoryNetwork(_time);
        var transport = network.CreateTransport();
        await using var one = await ConnectionPair.ConnectAsync(transport, Address);
        await using var other = await ConnectionPair.ConnectAsync(transport, Multiaddr.Parse("/memory/8"));
        Assert.Equal(2, network.ConnectionCount);
        var reads = new[] { one.Dialer.ReadAsync(new byte[1], Token).AsTask(), one.Accepted.ReadAsync(new byte[1], Token).AsTask() };
        Assert.Equal(1, network.Reset(Address));
        foreach (var read in reads)
            await Assert.ThrowsAsync<ConnectionClosedException>(() => read);
        await other.Dialer.WriteAsync(new byte[1], Token);
        await other.Accepted.ReadExactlyAsync(1);
        Assert.Equal(1, network.ConnectionCount);
        Assert.Equal(1, network.Reset());
        Assert.Equal(0, network.ConnectionCount);
    }

    [Fact]
    public async Task Conditions_OfOneListener_AreItsOwn()
    {
        var network = new InMemoryNetwork(_time);
        var transport = network.CreateTransport();
        network.SetConditions(Address, new InMemoryConditions { Latency = TimeSpan.FromMilliseconds(10) });
        await using var far = await transport.ListenAsync(Address, Token);
        await using var near = await ConnectionPair.ConnectAsync(transport, Multiaddr.Parse("/memory/8"));
        var dial = transport.DialAsync(Address, Token).AsTask();
        Assert.False(dial.IsCompleted);
        network.SetConditions(Address, null);
        _time.Advance(TimeSpan.FromMilliseconds(20));
        await using var dialled = await dial;
    }

    [Fact]
    public async Task Listener_BacklogFull_RefusesFurtherDials()
    {
        var transport = new InMemoryNetwork(_time).CreateTransport();
        await using var listener = await transport.ListenAsync(Address, Token);
        for (var i = 0; i < Libp2p.Transports.InMemory.InMemoryListener.Backlog; i++)
            await transport.DialAsync(Address, Token);
        await Assert.ThrowsAsync<DialFailedException>(() => transport.DialAsync(Address, Token).AsTask());
    }

    [Fact]
    public void Conditions_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryConditions { Latency = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryConditions { BytesPerSecond = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryConditions { LossRate = 1.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryConditions { RetransmitDelay = TimeSpan.FromMinutes(2) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryConditions { MaxInFlightBytes = 4095 });
        Assert.Throws<ArgumentNullException>(() => new InMemoryNetwork { Conditions = null! });
    }
}
