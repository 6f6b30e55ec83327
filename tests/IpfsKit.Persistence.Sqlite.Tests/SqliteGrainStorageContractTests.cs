using IpfsKit.TestKit;
using Orleans.Storage;

namespace IpfsKit.Persistence.Sqlite.Tests;

/// <summary>What Orleans expects of a storage.</summary>
public sealed class SqliteGrainStorageContractTests : IAsyncLifetime
{
    private static readonly GrainId Grain = GrainId.Create("toy", "bafy/ñ#?key");

    private readonly TemporaryDirectory _directory = new();
    private ToyCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IGrainStorage Storage => _cluster.Toys;

    public async ValueTask InitializeAsync() => _cluster = await ToyCluster.StartAsync(_directory.Combine("toys.db"), _directory.Combine("others.db"));

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Read_NothingStored_GivesAFreshState()
    {
        var state = Some("left over");
        await Storage.ReadStateAsync("toy", Grain, state, Token);
        Assert.Equal((new ToyState(), null, false), (state.State, state.ETag, state.RecordExists));
    }

    [Fact]
    public async Task Write_ThenRead_GivesWhatWasWritten()
    {
        var written = Some("naïve 名前 \"quoted\"");
        await Storage.WriteStateAsync("toy", Grain, written, Token);
        Assert.True(written.RecordExists);
        Assert.NotNull(written.ETag);

        var read = new GrainState<ToyState>();
        await Storage.ReadStateAsync("toy", Grain, read, Token);
        Assert.Equal((written.State, written.ETag, true), (read.State, read.ETag, read.RecordExists));
    }

    [Fact]
    public async Task Write_EachTime_HasANewETag()
    {
        var state = Some("x");
        var tags = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            await Storage.WriteStateAsync("toy", Grain, state, Token);
            Assert.True(tags.Add(state.ETag!));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("1.1")]
    [InlineData("nonsense")]
    public async Task Write_OtherETagThanStored_IsInconsistentAndChangesNothing(string? etag)
    {
        var stored = Some("stored");
        await Storage.WriteStateAsync("toy", Grain, stored, Token);

        var stale = Some("stale");
        stale.ETag = etag;
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("toy", Grain, stale, Token));
        Assert.Equal(stored.ETag, conflict.StoredEtag);
        Assert.Contains(Grain.ToString(), conflict.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync("toy", Grain, stale, Token));
        Assert.Equal(("stale", etag), (stale.State!.Text, stale.ETag));

        var read = new GrainState<ToyState>();
        await Storage.ReadStateAsync("toy", Grain, read, Token);
        Assert.Equal((stored.State, stored.ETag), (read.State, read.ETag));
    }

    [Fact]
    public async Task Write_ETagOfAnotherRow_IsInconsistent()
    {
        var other = Some("other");
        await Storage.WriteStateAsync("toy", GrainId.Create("toy", "another"), other, Token);
        var state = Some("mine");
        state.ETag = other.ETag;
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("toy", Grain, state, Token));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync("toy", Grain, state, Token));
    }

    [Fact]
    public async Task Write_ETagButNothingStored_IsInconsistent()
    {
        var state = Some("x");
        await Storage.WriteStateAsync("toy", Grain, state, Token);
        var stale = new GrainState<ToyState>(state.State, state.ETag) { RecordExists = true };
        await Storage.ClearStateAsync("toy", Grain, state, Token);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("toy", Grain, stale, Token));
        Assert.Equal("(none)", conflict.StoredEtag);
    }

    [Fact]
    public async Task Clear_Stored_IsGoneAndStateIsFresh()
    {
        var state = Some("x");
        await Storage.WriteStateAsync("toy", Grain, state, Token);
        await Storage.ClearStateAsync("toy", Grain, state, Token);
        Assert.Equal((new ToyState(), null, false), (state.State, state.ETag, state.RecordExists));
        var read = Some("left over");
        await Storage.ReadStateAsync("toy", Grain, read, Token);
        Assert.False(read.RecordExists);
    }

    [Fact]
    public async Task Clear_NothingStored_IsNoError()
    {
        var state = Some("x");
        await Storage.ClearStateAsync("toy", Grain, state, Token);
        Assert.Equal((new ToyState(), null, false), (state.State, state.ETag, state.RecordExists));
    }

    [Fact]
    public async Task Clear_ThenWrittenAnew_OldETagDoesNotPass()
    {
        var state = Some("first life");
        await Storage.WriteStateAsync("toy", Grain, state, Token);
        var old = new GrainState<ToyState>(state.State, state.ETag) { RecordExists = true };
        await Storage.ClearStateAsync("toy", Grain, state, Token);
        await Storage.WriteStateAsync("toy", Grain, state, Token);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("toy", Grain, old, Token));
    }

    [Fact]
    public async Task Keys_StateNameAndGrain_AreKeptApart()
    {
        // Each pair would be one key if the parts were only joined.
        (string Name, GrainId Id)[] keys =
        [
            ("toy", GrainId.Create("toy", "ab")), ("btoy", GrainId.Create("toy", "a")), ("toy", GrainId.Create("toya", "b")), ("toy", GrainId.Create("toy", "a/b")),
        ];
        foreach (var (name, id) in keys)
            await Storage.WriteStateAsync(name, id, Some($"{name} {id}"), Token);
        foreach (var (name, id) in keys)
        {
            var read = new GrainState<ToyState>();
            await Storage.ReadStateAsync(name, id, read, Token);
            Assert.Equal($"{name} {id}", read.State!.Text);
        }
    }

    [Fact]
    public async Task Write_SixtyFourWithTheSameETag_ExactlyOneWins()
    {
        var first = Some("first");
        await Storage.WriteStateAsync("toy", Grain, first, Token);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            var state = new GrainState<ToyState>(new ToyState { Text = $"{i}" }, first.ETag) { RecordExists = true };
            try
            {
                await Storage.WriteStateAsync("toy", Grain, state, Token);
                return state;
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));
        var winner = Assert.Single(outcomes, outcome => outcome is not null);
        var read = new GrainState<ToyState>();
        await Storage.ReadStateAsync("toy", Grain, read, Token);
        Assert.Equal((winner!.State, winner.ETag), (read.State, read.ETag));
    }

    [Fact]
    public async Task Write_SixtyFourWriters_LoseNothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async writer =>
        {
            var id = GrainId.Create("toy", $"writer {writer}");
            var state = new GrainState<ToyState>(new ToyState());
            for (var i = 1; i <= 50; i++)
            {
                state.State!.Count = i;
                await Storage.WriteStateAsync("toy", id, state, Token);
            }
        }));
        for (var writer = 0; writer < 64; writer++)
        {
            var read = new GrainState<ToyState>();
            await Storage.ReadStateAsync("toy", GrainId.Create("toy", $"writer {writer}"), read, Token);
            Assert.Equal(50, read.State!.Count);
        }
    }

    [Fact]
    public async Task Instances_WithFilesOfTheirOwn_DoNotSeeEachOther()
    {
        await Storage.WriteStateAsync("toy", Grain, Some("toys"), Token);
        var read = new GrainState<ToyState>();
        await _cluster.Others.ReadStateAsync("toy", Grain, read, Token);
        Assert.False(read.RecordExists);
    }

    [Fact]
    public async Task Write_StateTooLarge_IsRefusedNamingGrainSizeAndLimit()
    {
        var refused = await Assert.ThrowsAsync<SqliteGrainStorageException>(() => Storage.WriteStateAsync("toy", Grain, Some(new string('x', 5 << 20)), Token));
        foreach (var part in new[] { Grain.ToString(), "'toys'", "4194304" })
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_BeforeTheCall_DoesNothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.WriteStateAsync("toy", Grain, Some("x"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.ReadStateAsync("toy", Grain, Some("x"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.ClearStateAsync("toy", Grain, Some("x"), cancelled));
        var read = new GrainState<ToyState>();
        await Storage.ReadStateAsync("toy", Grain, read, Token);
        Assert.False(read.RecordExists);
    }

    private static GrainState<ToyState> Some(string text) => new(new ToyState { Text = text });
}
