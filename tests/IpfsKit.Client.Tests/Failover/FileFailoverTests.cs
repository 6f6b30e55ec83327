using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;
using IpfsKit.Storage;

namespace IpfsKit.Client.Tests.Failover;

/// <summary>Two silos, one of them bad in one of many ways: the reader gets the right bytes, or a typed error, and never a wrong byte.</summary>
public sealed class FileFailoverTests : IAsyncLifetime
{
    private readonly MemoryBlockStore _store = new();
    private readonly byte[] _content = TestContent.Bytes(600_000);
    private TestDataPlane _bad = null!;
    private TestDataPlane _good = null!;
    private IpfsPath _path = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => [.. FaultNames];

    private static IEnumerable<string> FaultNames => FaultsByName.Keys;

    private static Dictionary<string, Func<TestDataPlane.Response, Task>> FaultsByName { get; } = new()
    {
        ["breaks the connection at once"] = response =>
        {
            response.Context.Abort();
            return Task.CompletedTask;
        },
        ["breaks the connection after the head"] = response => response.WriteSomeAsync(0, abort: true),
        ["breaks the connection in the middle"] = response => response.WriteSomeAsync(20, abort: true),
        ["ends early without a word"] = response => response.WriteSomeAsync(20, abort: false),
        ["sends nothing"] = response => response.WriteSomeAsync(0, abort: false),
        ["flips a bit"] = response => response.WriteAsync(response.Blocks.Select((block, index) => index == 25 ? Flip(block) : block)),
        ["swaps two blocks"] = response => response.WriteAsync(SwapAsync(response.Blocks, 24)),
        ["leaves a block out"] = response => response.WriteAsync(response.Blocks.Where((_, index) => index != 24)),
        ["sends a block twice"] = response => response.WriteAsync(TwiceAsync(response.Blocks, 24)),
        ["sends a stranger's block"] = response => response.WriteAsync(response.Blocks.Select((block, index) =>
            index == 25 ? Block.Create(block.Cid.Codec, TestContent.Bytes(4096, seed: 99)) : block)),
        ["answers 500"] = response => throw new InvalidOperationException("a fault of the test"),
        ["answers 404"] = response => throw new ContentNotFoundException(response.Root),
        ["answers 503"] = response => throw new NodeBusyException("busy", TimeSpan.FromSeconds(1)),
        ["answers with a page"] = async response =>
        {
            response.Context.Response.ContentType = "text/html";
            await response.Context.Response.Body.WriteAsync("<h1>Welcome</h1>"u8.ToArray(), Cancellation);
        },
        ["sends garbage"] = async response =>
        {
            response.Context.Response.ContentType = DataPlaneProtocol.CarMediaType;
            await response.Context.Response.Body.WriteAsync(TestContent.Bytes(100_000, seed: 7), Cancellation);
        },
        ["announces a giant section"] = async response =>
        {
            response.Context.Response.ContentType = DataPlaneProtocol.CarMediaType;
            await response.Context.Response.Body.WriteAsync(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3 }, Cancellation);
        },
        ["stands still"] = async response =>
        {
            await response.WriteSomeAsync(20, abort: false);
            await Task.Delay(Timeout.Infinite, response.Context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        },
    };

    public async ValueTask InitializeAsync()
    {
        _bad = await TestDataPlane.StartAsync(_store);
        _good = await TestDataPlane.StartAsync(_store);
        _path = await TestContent.AddFileAsync(_store, _content);
    }

    public async ValueTask DisposeAsync()
    {
        await _bad.DisposeAsync();
        await _good.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Read_FirstSiloFails_GoesOnFromTheSecond(string fault)
    {
        _bad.Behaviour = FaultsByName[fault];
        await using var harness = new ReadHarness(new FakeLocator(_bad, _good), options => options.IdleTimeout = TimeSpan.FromMilliseconds(200));

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);
        var read = await stream.ReadToEndAsync(Cancellation);

        Assert.Equal(_content, read);
        Assert.NotEmpty(_bad.Requests);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Read_OnlySiloFailsAgainAndAgain_GivesOutNoWrongByteAndNamesTheSilo(string fault)
    {
        _bad.Behaviour = FaultsByName[fault];
        await using var harness = new ReadHarness(new FakeLocator(_bad), options => options.IdleTimeout = TimeSpan.FromMilliseconds(200));
        var read = new MemoryStream();

        var thrown = await Record.ExceptionAsync(async () =>
        {
            await using var stream = await harness.OpenReadAsync(_path, Cancellation);
            await stream.CopyToAsync(read, Cancellation);
        });

        // A silo that gets a few blocks further each time is asked again until everything is here; one that gets nowhere is given up.
        Assert.Equal(_content[..(int)read.Length], read.ToArray());
        if (thrown is null)
            Assert.Equal(_content.Length, read.Length);
        else if (thrown is ContentUnavailableException unavailable)
            Assert.Contains(unavailable.Tried, tried => tried.Contains(_bad.Node.ToString(), StringComparison.Ordinal));
        else
            Assert.True(thrown is ContentNotFoundException or DataPlaneException, thrown.ToString());
    }

    [Fact]
    public async Task Read_EveryRequestBreaksAfterSomeBlocks_StillArrives()
    {
        // The same silo again and again: each attempt gets a little further, and that is progress.
        _bad.Behaviour = response => response.WriteSomeAsync(12, abort: false);
        await using var harness = new ReadHarness(new FakeLocator(_bad));

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);

        Assert.Equal(_content, await stream.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Read_AfterAFailure_AsksForTheRestAndNotForEverything()
    {
        _bad.Behaviour = response => response.WriteSomeAsync(40, abort: true);
        await using var harness = new ReadHarness(new FakeLocator(_bad, _good), options => options.FirstWindowBytes = 1 << 20);

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);
        Assert.Equal(_content, await stream.ReadToEndAsync(Cancellation));

        var request = Assert.Single(_good.Requests);
        Assert.DoesNotContain("entity-bytes=0:", request);
    }

    [Fact]
    public async Task Read_SiloCannotBeReached_TriesTheNext()
    {
        await using var gone = await TestDataPlane.StartAsync(_store);
        var endpoint = gone.Endpoint();
        await gone.DisposeAsync();
        await using var harness = new ReadHarness(new FakeLocator(_ => [endpoint, _good.Endpoint()]));

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);

        Assert.Equal(_content, await stream.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Read_NoHolderCanBeReached_GoesOnThroughASiloThatDoesNotHoldIt()
    {
        await using var gone = await TestDataPlane.StartAsync(_store);
        var holder = gone.Endpoint();
        await gone.DisposeAsync();
        FakeLocator locator = null!;
        locator = new FakeLocator(_ => locator.AskedForOthers ? [holder, _good.Endpoint()] : [holder]);
        await using var harness = new ReadHarness(locator);

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);

        Assert.Equal(_content, await stream.ReadToEndAsync(Cancellation));
        Assert.Equal(2, locator.Calls);
    }

    [Fact]
    public async Task Read_HolderAnswers_AsksNobodyElse()
    {
        var locator = new FakeLocator(_good);
        await using var harness = new ReadHarness(locator);

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);

        Assert.Equal(_content, await stream.ReadToEndAsync(Cancellation));
        Assert.False(locator.AskedForOthers);
    }

    [Fact]
    public async Task Read_TicketExpiresOnTheWay_IsRenewedAtTheSameSilo()
    {
        _good.Behaviour = response => response.Context.Request.Headers[DataPlaneProtocol.TicketHeader] == "fresh"
            ? response.WriteAllAsync()
            : throw DataPlaneRefusals.Ticket(Grains.Tickets.TicketFault.Expired);
        var locator = new FakeLocator(call => [_good.Endpoint(call == 1 ? "stale" : "fresh")]);
        await using var harness = new ReadHarness(locator);

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);

        Assert.Equal(_content, await stream.ReadToEndAsync(Cancellation));
        Assert.Equal(2, locator.Calls);
    }

    [Fact]
    public async Task Read_TicketKnownToBeExpired_IsNotEvenShown()
    {
        var shown = new List<string?>();
        _good.Behaviour = response =>
        {
            shown.Add(response.Context.Request.Headers[DataPlaneProtocol.TicketHeader]);
            return response.WriteAllAsync();
        };
        var locator = new FakeLocator(call => [_good.Endpoint($"ticket {call}", call == 1 ? DateTimeOffset.UnixEpoch : null)]);
        await using var harness = new ReadHarness(locator);

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);
        await stream.ReadToEndAsync(Cancellation);

        Assert.All(shown, ticket => Assert.Equal("ticket 2", ticket));
    }

    [Fact]
    public async Task Read_TicketCannotBeRenewedAtOnce_IsTriedAgainInTheNextRound()
    {
        _good.Behaviour = response => response.Context.Request.Headers[DataPlaneProtocol.TicketHeader] == "fresh"
            ? response.WriteAllAsync()
            : throw DataPlaneRefusals.Ticket(Grains.Tickets.TicketFault.Expired);
        var locator = new FakeLocator(call => call switch
        {
            1 => [_good.Endpoint("stale")],
            2 => throw new ClusterUnavailableException(new TimeoutException("the gateway is restarting")),
            _ => [_good.Endpoint("fresh")],
        });
        await using var harness = new ReadHarness(locator);

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);

        Assert.Equal(_content, await stream.ReadToEndAsync(Cancellation));
        Assert.Equal(3, locator.Calls);
    }

    [Fact]
    public async Task Read_TicketCanNeverBeRenewed_EndsAfterTheRounds()
    {
        _good.Behaviour = response => throw DataPlaneRefusals.Ticket(Grains.Tickets.TicketFault.Expired);
        var locator = new FakeLocator(call => call % 2 == 1
            ? [_good.Endpoint("stale", DateTimeOffset.UnixEpoch)]
            : throw new ClusterUnavailableException(new TimeoutException("the gateway is gone")));
        await using var harness = new ReadHarness(locator);

        await Assert.ThrowsAnyAsync<IpfsKitException>(() => harness.OpenReadAsync(_path, Cancellation));

        Assert.InRange(locator.Calls, 2, 10);
    }

    [Fact]
    public async Task Read_TicketsNeverWork_EndsWithTheReason()
    {
        _good.Behaviour = response => throw DataPlaneRefusals.Ticket(Grains.Tickets.TicketFault.Expired);
        await using var harness = new ReadHarness(new FakeLocator(_good));

        var thrown = await Assert.ThrowsAsync<DataPlaneException>(() => harness.OpenReadAsync(_path, Cancellation));

        Assert.Equal(DataPlaneErrorCodes.TicketExpired, thrown.Code);
    }

    [Fact]
    public async Task Read_TicketsOfTheGrainHaveExpiredByTheSilosClock_AsksTheSiloForItsOwn()
    {
        var locator = new FakeLocator(_good);
        _good.Behaviour = response => locator.AskedNodes ? response.WriteAllAsync() : throw DataPlaneRefusals.Ticket(Grains.Tickets.TicketFault.Expired);
        await using var harness = new ReadHarness(locator);

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);
        await stream.CopyToAsync(Stream.Null, Cancellation);

        Assert.True(locator.AskedNodes);
    }

    [Fact]
    public async Task Read_CancelledWhileTheSiloStandsStill_EndsAtOnce()
    {
        _bad.Behaviour = FaultsByName["stands still"];
        await using var harness = new ReadHarness(new FakeLocator(_bad));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        await using var stream = await harness.OpenReadAsync(_path, Cancellation);
        var reading = stream.CopyToAsync(Stream.Null, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static Block Flip(Block block)
    {
        var bytes = block.Data.ToArray();
        bytes[bytes.Length / 2] ^= 1;
        return Block.CreateUnverified(block.Cid, bytes);
    }

    private static async IAsyncEnumerable<Block> SwapAsync(IAsyncEnumerable<Block> blocks, int at)
    {
        Block? held = null;
        var index = 0;
        await foreach (var block in blocks)
        {
            if (index++ == at)
            {
                held = block;
                continue;
            }

            yield return block;
            if (held is not null)
                yield return held;
            held = null;
        }
    }

    private static async IAsyncEnumerable<Block> TwiceAsync(IAsyncEnumerable<Block> blocks, int at)
    {
        var index = 0;
        await foreach (var block in blocks)
        {
            yield return block;
            if (index++ == at)
                yield return block;
        }
    }
}
