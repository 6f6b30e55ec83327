using IpfsKit.Grains.Content;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Grains.Tickets;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Content;

public sealed class ContentGrainTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Block _block = TestBlocks.Raw(ClusterFixture.NextSeed());

    private NodeCluster Cluster => fixture.Cluster;

    private TestGrainStorage Storage => fixture.Storage;

    private IContentGrain Grain => Cluster.Grains.GetContentGrain(_block.Cid);

    private IContentHolderGrain Holder => Cluster.Service<IGrainFactory>().GetContentHolder(_block.Cid);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Register_AtAConcernOfOne_CommitsWithOneWrite()
    {
        var before = Storage.WritesOf(Grain.GetGrainId());

        var registration = await Holder.RegisterAsync(Request(), Token);

        Assert.Equal(1, Storage.WritesOf(Grain.GetGrainId()) - before);
        Assert.Equal((ContentStatus.Committed, 1, 1), (registration.Status, registration.Acknowledged, registration.Required));
        Assert.Equal(Cluster.Time.GetUtcNow(), registration.CommittedAt);
        var info = await Grain.StatAsync(Token);
        Assert.NotNull(info);
        Assert.Equal((_block.Cid, 10, 20, 3), (info.Root, info.SizeBytes, info.DagBytes, info.Blocks));
        Assert.Equal(Cluster.Node().PeerId, Assert.Single(info.Placements).Node);
    }

    [Fact]
    public async Task Register_Again_WritesNothing()
    {
        var first = await Holder.RegisterAsync(Request(), Token);
        var before = Storage.WritesOf(Grain.GetGrainId());

        Assert.Equal(first, await Holder.RegisterAsync(Request(), Token));
        Assert.Equal(before, Storage.WritesOf(Grain.GetGrainId()));
    }

    [Fact]
    public async Task Register_AtAConcernOfTwo_IsInvisibleUntilTheSecondAcknowledgement()
    {
        var registration = await Holder.RegisterAsync(Request() with { WriteConcern = 2 }, Token);
        Assert.Equal((ContentStatus.Pending, 1, 2), (registration.Status, registration.Acknowledged, registration.Required));
        Assert.Null(await Grain.StatAsync(Token));
        Assert.Null(await Grain.LocateAsync(Token));
        await Assert.ThrowsAsync<ContentNotFoundException>(async () => await Grain.PinAsync(new PinRequest(), Token));

        registration = await Holder.AcknowledgeAsync(new HeldCopy { Placement = Request().Placement, Epoch = registration.Epoch }, Token);
        Assert.Equal(ContentStatus.Pending, registration.Status);
        registration = await Holder.AcknowledgeAsync(new HeldCopy { Placement = new NodePlacement { Node = OtherPeer, Since = Cluster.Time.GetUtcNow() }, Epoch = registration.Epoch }, Token);
        Assert.Equal((ContentStatus.Committed, 2, 2), (registration.Status, registration.Acknowledged, registration.Required));
        Assert.NotNull(await Grain.StatAsync(Token));
    }

    [Fact]
    public async Task Register_AsVersion0_KeepsThatForm()
    {
        var v1 = _block.Cid.WithCodec(Multicodec.DagPb);
        Assert.True(v1.TryToV0(out var v0));
        await Cluster.Service<IGrainFactory>().GetContentHolder(v0).RegisterAsync(Request() with { Root = v0 }, Token);
        await Cluster.Service<IGrainFactory>().GetContentHolder(v1).RegisterAsync(Request() with { Root = v1 }, Token);

        Assert.Equal(v0, (await Cluster.Grains.GetContentGrain(v1).StatAsync(Token))!.Root);
    }

    [Fact]
    public async Task Register_OfTheBlockAloneAndThenOfTheWhole_BecomesWhole()
    {
        await Holder.RegisterAsync(Request() with { WholeDag = false, DagBytes = 1, Blocks = 1 }, Token);
        await Assert.ThrowsAsync<ContentUnavailableException>(async () => await Grain.PinAsync(new PinRequest { Mode = PinMode.Recursive }, Token));
        await Grain.PinAsync(new PinRequest { Mode = PinMode.Direct }, Token);

        await Holder.RegisterAsync(Request(), Token);
        await Grain.PinAsync(new PinRequest { Mode = PinMode.Recursive }, Token);

        var info = await Grain.StatAsync(Token);
        Assert.True(info!.WholeDag);
        Assert.Equal(3, info.Blocks);
        Assert.Equal(PinMode.Recursive, info.Pin!.Mode);
    }

    [Fact]
    public async Task Register_WithAnotherRootThanItsKey_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await Holder.RegisterAsync(Request() with { Root = TestBlocks.Raw(-5).Cid }, Token));

    [Fact]
    public async Task Register_WhileStorageIsDown_FailsAndLeavesNothing()
    {
        await Grain.StatAsync(Token);
        Storage.IsDown = true;
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(async () => await Holder.RegisterAsync(Request(), Token));
        }
        finally
        {
            Storage.IsDown = false;
        }

        Assert.Null(await Grain.StatAsync(Token));
        Assert.Equal(ContentStatus.Committed, (await Holder.RegisterAsync(Request(), Token)).Status);
    }

    [Theory]
    [InlineData("no key")]
    [InlineData("QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR")]
    public async Task Key_ThatIsNoCidInBase32_IsRefused(string key)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(async () => await Cluster.Grains.GetGrain<IContentGrain>(key).StatAsync(Token));

        Assert.Contains($"'{key}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownRoot_AnswersNothingAndStoresNothing()
    {
        var writes = Storage.WritesOf(Grain.GetGrainId());

        Assert.Null(await Grain.StatAsync(Token));
        Assert.Null(await Grain.LocateAsync(Token));
        Assert.False(await Grain.UnpinAsync(Token));
        Assert.False(await Grain.RemoveAsync(Token));
        await Holder.TouchAsync(Touches(1), Token);
        Assert.Equal(_block.Cid, (await Assert.ThrowsAsync<ContentNotFoundException>(async () => await Grain.PinAsync(new PinRequest(), Token))).Cid);
        await Assert.ThrowsAsync<ContentNotFoundException>(async () => await Holder.AcknowledgeAsync(new HeldCopy { Placement = Request().Placement, Epoch = 0 }, Token));

        Assert.Equal(writes, Storage.WritesOf(Grain.GetGrainId()));
        Assert.False(Storage.Has(Grain.GetGrainId()));
    }

    [Fact]
    public async Task UnknownRoot_DoesNotStayInMemory()
    {
        await Grain.StatAsync(Token);
        var reads = Storage.Reads;

        await EventuallyAsync(async () =>
        {
            await Grain.StatAsync(Token);
            return Storage.Reads > reads;
        });
    }

    [Fact]
    public async Task Pin_ReplacesAnEarlierPin()
    {
        await Holder.RegisterAsync(Request() with { Pin = new PinRequest { Mode = PinMode.Direct, Name = "first" } }, Token);
        Assert.Equal(("first", PinMode.Direct), Describe((await Grain.StatAsync(Token))!.Pin));

        await Grain.PinAsync(new PinRequest { Mode = PinMode.Recursive, Name = "second" }, Token);
        Assert.Equal(("second", PinMode.Recursive), Describe((await Grain.StatAsync(Token))!.Pin));

        Assert.True(await Grain.UnpinAsync(Token));
        Assert.False(await Grain.UnpinAsync(Token));
        Assert.Null((await Grain.StatAsync(Token))!.Pin);

        static (string?, PinMode) Describe(PinInfo? pin) => (pin!.Name, pin.Mode);
    }

    [Fact]
    public async Task Pin_ThatCannotBe_IsRefused()
    {
        await Holder.RegisterAsync(Request(), Token);

        await Assert.ThrowsAsync<ArgumentException>(async () => await Grain.PinAsync(new PinRequest { Mode = PinMode.Indirect }, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Grain.PinAsync(new PinRequest { Name = new string('x', 256) }, Token));
        await Grain.PinAsync(new PinRequest { Name = new string('x', 255) }, Token);
    }

    [Fact]
    public async Task Locate_GivesTheHolderAndATicketThatItAccepts()
    {
        await Holder.RegisterAsync(Request(), Token);

        var location = await Grain.LocateAsync(Token);

        var endpoint = Assert.Single(location!.Endpoints);
        Assert.Equal((Cluster.Node().PeerId, Cluster.Node().Profile.DataAddress), (endpoint.Node, endpoint.Address));
        var verified = await Cluster.Service<TicketService>().VerifyReadAsync(endpoint.Ticket, endpoint.Node, _block.Cid, Token);
        Assert.True(verified.IsValid);
        Assert.Equal(TicketScope.Dag, verified.Ticket.Scope);
    }

    [Fact]
    public async Task Locate_HolderThatIsDown_IsLeftOut()
    {
        await Holder.RegisterAsync(Request() with { Placement = new NodePlacement { Node = OtherPeer } }, Token);

        Assert.Empty((await Grain.LocateAsync(Token))!.Endpoints);
    }

    [Fact]
    public async Task Touch_IsSeenAtOnceAndWrittenBehind()
    {
        await Holder.RegisterAsync(Request(), Token);
        var writes = Storage.WritesOf(Grain.GetGrainId());

        await Holder.TouchAsync(Touches(10), Token);
        await Holder.TouchAsync(Touches(6), Token);

        var heat = (await Grain.StatAsync(Token))!.Heat;
        Assert.Equal((16, 160, 16), (heat.Accesses, heat.BytesServed, heat.Hour));
        Assert.Equal(Cluster.Time.GetUtcNow(), heat.LastAccess);
        Assert.Equal(writes, Storage.WritesOf(Grain.GetGrainId()));

        await Cluster.DeactivateAsync(Grain);
        Assert.Equal(writes + 1, Storage.WritesOf(Grain.GetGrainId()));
        Assert.Equal(heat, (await Grain.StatAsync(Token))!.Heat);
    }

    [Fact]
    public async Task Touch_IsWrittenByTheTimer()
    {
        await Holder.RegisterAsync(Request(), Token);
        await Holder.TouchAsync(Touches(3), Token);
        await Holder.TouchAsync(Touches(4), Token);

        await TestKit.Eventually.TrueAsync(
            "the heat is stored", () => Task.FromResult(Storage.Peek<ContentState>("content", Grain.GetGrainId()).Heat?.Accesses == 7), TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task Touch_FromAClockThatRunsAhead_CountsAsNow()
    {
        await Holder.RegisterAsync(Request(), Token);
        await Holder.TouchAsync(Touches(4) with { At = Cluster.Time.GetUtcNow().AddHours(10) }, Token);
        await Holder.TouchAsync(Touches(4), Token);

        Assert.Equal(8, (await Grain.StatAsync(Token))!.Heat.Hour, 1e-9);
    }

    [Fact]
    public async Task Touch_WhileAnotherActivationWrote_IsAddedToWhatThatWrote()
    {
        await Holder.RegisterAsync(Request(), Token);
        await Holder.TouchAsync(Touches(5), Token);
        Storage.Change<ContentState>("content", Grain.GetGrainId(), state => state with
        {
            Heat = new HeatState(7, 7, Cluster.Time.GetUtcNow(), 7, 70),
            Pin = new PinState(PinMode.Direct, "other", Cluster.Time.GetUtcNow()),
        });

        await Cluster.DeactivateAsync(Grain);

        var info = (await Grain.StatAsync(Token))!;
        Assert.Equal((12, 120), (info.Heat.Accesses, info.Heat.BytesServed));
        Assert.Equal("other", info.Pin!.Name);
    }

    [Fact]
    public async Task Touch_ThatCannotBeWrittenOnDeactivation_IsKeptByTheSilo()
    {
        await Holder.RegisterAsync(Request(), Token);
        await Holder.TouchAsync(Touches(5), Token);
        Storage.IsDown = true;
        try
        {
            await Cluster.DeactivateAsync(Grain);
        }
        finally
        {
            Storage.IsDown = false;
        }

        var reporter = Cluster.Service<IpfsKit.Grains.Heat.TouchReporter>();
        await EventuallyAsync(() => Task.FromResult(reporter.WaitingRoots > 0));
        await reporter.SweepAsync(Token);
        Assert.Equal(5, (await Grain.StatAsync(Token))!.Heat.Accesses);
    }

    [Fact]
    public async Task Change_WhileAnotherActivationWrote_KeepsBoth()
    {
        await Holder.RegisterAsync(Request(), Token);
        Storage.Change<ContentState>("content", Grain.GetGrainId(), state => state with { SizeBytes = 77 });

        await Grain.PinAsync(new PinRequest { Name = "mine" }, Token);

        var info = (await Grain.StatAsync(Token))!;
        Assert.Equal((77, "mine"), (info.SizeBytes, info.Pin!.Name));
    }

    [Fact]
    public async Task Change_ThatOthersAlwaysOutrun_GivesUpWithoutPretending()
    {
        await Holder.RegisterAsync(Request(), Token);
        var id = Grain.GetGrainId();
        Storage.BeforeWrite = grain =>
        {
            if (grain == id)
                Storage.Change<ContentState>("content", id, state => state with { SizeBytes = state.SizeBytes + 1 });
        };
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(async () => await Grain.PinAsync(new PinRequest { Name = "mine" }, Token));
        }
        finally
        {
            Storage.BeforeWrite = null;
        }

        Assert.Null((await Grain.StatAsync(Token))!.Pin);
    }

    private static PeerId OtherPeer { get; } = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");

    private RegisterContent Request() => new()
    {
        Root = _block.Cid,
        SizeBytes = 10,
        DagBytes = 20,
        Blocks = 3,
        Placement = new NodePlacement { Node = Cluster.Node().PeerId, Since = Cluster.Time.GetUtcNow() },
    };

    private TouchBatch Touches(int count) => new() { Count = count, Bytes = 10 * count, Hour = count, Week = count, At = Cluster.Time.GetUtcNow() };

    private static async Task EventuallyAsync(Func<Task<bool>> done)
    {
        while (!await done())
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
