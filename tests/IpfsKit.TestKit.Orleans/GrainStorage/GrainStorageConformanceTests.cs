using Orleans.Storage;

namespace IpfsKit.TestKit.GrainStorage;

/// <summary>What Orleans and our grains expect of a grain storage. Derive once for each storage, and for each way in which it can be set up that stores differently.</summary>
/// <remarks>Tests share the storage: each has keys of its own.</remarks>
public abstract class GrainStorageConformanceTests
{
    private readonly string _unique = Guid.NewGuid().ToString("N");

    /// <summary>Whether a state that was cleared goes on to have an ETag, because a row stays behind.</summary>
    protected virtual bool KeepsETagWhenCleared => false;

    /// <summary>Whether a call that is cancelled before it begins does nothing. Orleans' own storages know no cancellation.</summary>
    protected virtual bool ObservesCancellation => true;

    /// <summary>Whether a state that is there cannot be cleared by who has not read it; Orleans' ADO.NET storage reads it first then.</summary>
    protected virtual bool RefusesToClearWithoutETag => true;

    /// <summary>A size of text, in characters of ASCII, that must be taken.</summary>
    protected virtual int LargeTextLength => 512 << 10;

    /// <summary>How many writers are tried at once.</summary>
    protected virtual int Writers => 16;

    /// <summary>Pairs of a state's name and a grain that must not be taken for each other. Each would be one if parts were only joined.</summary>
    protected virtual IEnumerable<(string Name, GrainId Grain)> DistinctKeys =>
    [
        ("toy", Grain("ab")), ("btoy", Grain("a")), ("toy", GrainId.Create($"toya{_unique}", "b")), ("toy", Grain("AB")), ("Toy", Grain("ab")), ("toy", Grain("a b")),
    ];

    /// <summary>Keys of grains that trip up what builds addresses or queries of them.</summary>
    protected virtual IEnumerable<string> OddKeys =>
        ["with space", "100%", "%2F", "it's", "\"quoted\"", "a+b&c=d", "semi;colon,comma", "naïve 名前 🦀", "{curly}[square]<angle>", "$filter eq '", "a:b@c", "~tilde^caret`tick|pipe", new('k', 300)];

    /// <summary>A cancellation token for tests.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The storage.</summary>
    protected abstract IGrainStorage Storage { get; }

    [Fact]
    public async Task Read_NothingStored_GivesAFreshState()
    {
        var state = Some("left over");
        state.ETag = "left over";
        await Storage.ReadStateAsync("toy", Grain(), state, Token);
        Assert.Equal((new ConformanceState(), null, false), (state.State, state.ETag, state.RecordExists));
    }

    [Fact]
    public async Task Write_ThenRead_GivesWhatWasWritten()
    {
        var written = Some("naïve 名前 🦀 \"quoted\"\n");
        written.State!.Count = -7;
        await Storage.WriteStateAsync("toy", Grain(), written, Token);
        Assert.True(written.RecordExists);
        Assert.False(string.IsNullOrEmpty(written.ETag));

        var read = await ReadAsync("toy", Grain());
        Assert.Equal((written.State, written.ETag, true), (read.State, read.ETag, read.RecordExists));
    }

    [Fact]
    public async Task Write_EachTime_IsReadAndHasAnotherETag()
    {
        var state = Some("x");
        var tags = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            state.State!.Count = i;
            await Storage.WriteStateAsync("toy", Grain(), state, Token);
            Assert.True(tags.Add(state.ETag!));
            Assert.Equal((i, state.ETag), ((await ReadAsync("toy", Grain())).State!.Count, state.ETag));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Write_NoETagButSomethingStored_IsInconsistentAndChangesNothing(string? etag)
    {
        var stored = Some("stored");
        await Storage.WriteStateAsync("toy", Grain(), stored, Token);
        var late = Some("late");
        late.ETag = etag;

        var conflict = await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Storage.WriteStateAsync("toy", Grain(), late, Token));

        Assert.Contains(NameInErrors(Grain()), conflict.Message, StringComparison.Ordinal);
        Assert.Equal(("late", etag), (late.State!.Text, late.ETag));
        await AssertStoredAsync(stored);
        if (!RefusesToClearWithoutETag)
            return;
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Storage.ClearStateAsync("toy", Grain(), late, Token));
        Assert.Equal(("late", etag), (late.State!.Text, late.ETag));
        await AssertStoredAsync(stored);
    }

    [Fact]
    public async Task Write_ETagOfAFormerWrite_IsInconsistentAndChangesNothing()
    {
        var stored = Some("first");
        await Storage.WriteStateAsync("toy", Grain(), stored, Token);
        var stale = new GrainState<ConformanceState>(new ConformanceState { Text = "stale" }, stored.ETag) { RecordExists = true };
        stored.State!.Text = "second";
        await Storage.WriteStateAsync("toy", Grain(), stored, Token);

        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Storage.WriteStateAsync("toy", Grain(), stale, Token));
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Storage.ClearStateAsync("toy", Grain(), stale, Token));

        await AssertStoredAsync(stored);
    }

    [Fact]
    public async Task Clear_Stored_IsGoneAndStateIsFresh()
    {
        var state = Some("x");
        await Storage.WriteStateAsync("toy", Grain(), state, Token);
        await Storage.ClearStateAsync("toy", Grain(), state, Token);

        AssertCleared(state);
        var read = Some("left over");
        await Storage.ReadStateAsync("toy", Grain(), read, Token);
        AssertCleared(read);
        Assert.Equal(state.ETag, read.ETag);
    }

    [Fact]
    public async Task Clear_NothingStored_IsNoError()
    {
        var state = Some("x");
        await Storage.ClearStateAsync("toy", Grain(), state, Token);
        Assert.Equal((new ConformanceState(), false), (state.State, state.RecordExists));
    }

    [Fact]
    public async Task Clear_Twice_IsNoError()
    {
        var state = Some("x");
        await Storage.WriteStateAsync("toy", Grain(), state, Token);
        await Storage.ClearStateAsync("toy", Grain(), state, Token);
        await Storage.ClearStateAsync("toy", Grain(), state, Token);
        AssertCleared(state);
    }

    [Fact]
    public async Task Clear_ThenWrittenAnew_ETagOfTheFormerLifeDoesNotPass()
    {
        var state = Some("first life");
        await Storage.WriteStateAsync("toy", Grain(), state, Token);
        var old = new GrainState<ConformanceState>(new ConformanceState { Text = "old" }, state.ETag) { RecordExists = true };
        await Storage.ClearStateAsync("toy", Grain(), state, Token);
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Storage.WriteStateAsync("toy", Grain(), old, Token));

        state.State = new ConformanceState { Text = "second life" };
        await Storage.WriteStateAsync("toy", Grain(), state, Token);
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Storage.WriteStateAsync("toy", Grain(), old, Token));
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Storage.ClearStateAsync("toy", Grain(), old, Token));
        await AssertStoredAsync(state);
    }

    [Fact]
    public async Task Keys_NameAndGrain_AreKeptApart()
    {
        foreach (var (name, grain) in DistinctKeys)
            await Storage.WriteStateAsync(name, grain, Some($"{name} {grain}"), Token);
        foreach (var (name, grain) in DistinctKeys)
            Assert.Equal($"{name} {grain}", (await ReadAsync(name, grain)).State!.Text);
    }

    [Fact]
    public async Task Keys_Odd_AreWrittenReadAndCleared()
    {
        foreach (var key in OddKeys)
        {
            var state = Some(key);
            await Storage.WriteStateAsync("toy", Grain(key), state, Token);
            await Storage.WriteStateAsync("toy", Grain(key), state, Token);
        }

        foreach (var key in OddKeys)
        {
            var state = await ReadAsync("toy", Grain(key));
            Assert.Equal(key, state.State!.Text);
            await Storage.ClearStateAsync("toy", Grain(key), state, Token);
            Assert.False((await ReadAsync("toy", Grain(key))).RecordExists);
        }
    }

    [Fact]
    public async Task Write_LargeThenSmall_LeavesNothingOfTheLarge()
    {
        var state = Some(new string('x', LargeTextLength));
        await Storage.WriteStateAsync("toy", Grain(), state, Token);
        await AssertStoredAsync(state);

        state.State = new ConformanceState { Text = "small" };
        await Storage.WriteStateAsync("toy", Grain(), state, Token);
        await AssertStoredAsync(state);
    }

    [Fact]
    public async Task Write_SeveralWithTheSameETag_ExactlyOneWins()
    {
        var first = Some("first");
        await Storage.WriteStateAsync("toy", Grain(), first, Token);
        var winner = await RaceAsync(first.ETag);
        await AssertStoredAsync(winner);
    }

    [Fact]
    public async Task Write_SeveralWhereNothingIsStored_ExactlyOneWins()
    {
        var winner = await RaceAsync(null);
        await AssertStoredAsync(winner);
    }

    [Fact]
    public async Task Write_SeveralGrainsAtOnce_LoseNothing()
    {
        const int Writes = 10;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var state = Some("x");
            for (var i = 1; i <= Writes; i++)
            {
                state.State!.Count = i;
                await Storage.WriteStateAsync("toy", Grain($"writer {writer}"), state, Token);
            }
        }));
        for (var writer = 0; writer < Writers; writer++)
            Assert.Equal(Writes, (await ReadAsync("toy", Grain($"writer {writer}"))).State!.Count);
    }

    [Fact]
    public async Task Cancelled_BeforeTheCall_DoesNothing()
    {
        if (!ObservesCancellation)
            return;
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.WriteStateAsync("toy", Grain(), Some("x"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.ReadStateAsync("toy", Grain(), Some("x"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.ClearStateAsync("toy", Grain(), Some("x"), cancelled));
        Assert.False((await ReadAsync("toy", Grain())).RecordExists);
    }

    /// <summary>How errors name a grain.</summary>
    protected virtual string NameInErrors(GrainId grain) => grain.ToString();

    /// <summary>A state with a text.</summary>
    protected static GrainState<ConformanceState> Some(string text) => new(new ConformanceState { Text = text });

    /// <summary>A grain of this test.</summary>
    protected GrainId Grain(string key = "some") => GrainId.Create($"toy{_unique}", key);

    /// <summary>Reads a state.</summary>
    protected async Task<GrainState<ConformanceState>> ReadAsync(string name, GrainId grain)
    {
        var state = new GrainState<ConformanceState>();
        await Storage.ReadStateAsync(name, grain, state, Token);
        return state;
    }

    /// <summary>Checks that exactly this is stored as state <c>toy</c> of <see cref="Grain"/>.</summary>
    protected async Task AssertStoredAsync(GrainState<ConformanceState> expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var read = await ReadAsync("toy", Grain());
        Assert.Equal((expected.State, expected.ETag, true), (read.State, read.ETag, read.RecordExists));
    }

    private async Task<GrainState<ConformanceState>> RaceAsync(string? etag)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async i =>
        {
            var state = new GrainState<ConformanceState>(new ConformanceState { Text = $"{i}" }, etag) { RecordExists = etag is not null };
            try
            {
                await Storage.WriteStateAsync("toy", Grain(), state, Token);
                return state;
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));
        return Assert.Single(outcomes, outcome => outcome is not null)!;
    }

    private void AssertCleared(GrainState<ConformanceState> state)
    {
        Assert.Equal((new ConformanceState(), false), (state.State, state.RecordExists));
        Assert.Equal(KeepsETagWhenCleared, state.ETag is not null);
    }
}
