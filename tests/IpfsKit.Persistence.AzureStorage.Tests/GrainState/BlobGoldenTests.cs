using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using IpfsKit.TestKit.GrainStorage;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.Tests.GrainState;

/// <summary>The blobs are those of Microsoft.Orleans.Persistence.AzureStorage; and what is none, too large, or has no place.</summary>
public sealed class BlobGoldenTests(AzureStorage azure)
{
    private const string Json = """{"Text":"naïve","Count":7}""";

    private static readonly GrainId Grain = GrainId.Create("toy", "a/b");

    private readonly string _name = AzureStorage.NewContainerName();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private BlobContainerClient Container => azure.Blobs.GetBlobContainerClient(_name);

    [Fact]
    public void Defaults_OfTheOptions_AreTheOfficial()
    {
        var options = new AzureBlobStorageOptions();
        Assert.Equal(("grainstate", true), (options.ContainerName, options.DeleteStateOnClear));
    }

    [Fact]
    public async Task Write_AState_IsTheOfficialBlob()
    {
        await using var storages = await Storages.OpenBlobsAsync(azure.Blobs, _name);
        var state = Some();
        await storages["toys"].WriteStateAsync("state", Grain, state, Token);

        var blob = Assert.Single(await Container.GetBlobsAsync(cancellationToken: Token).ToListAsync(Token));
        Assert.Equal(("state-toy/a/b.json", "application/octet-stream", BlobType.Block), (blob.Name, blob.Properties.ContentType, blob.Properties.BlobType));
        var content = (await Container.GetBlobClient(blob.Name).DownloadContentAsync(Token)).Value;
        Assert.Equal(Json, content.Content.ToString());
        Assert.Equal(state.ETag, content.Details.ETag.ToString());
    }

    [Fact]
    public async Task Read_BlobOfTheOfficialProvider_IsTheState()
    {
        await using var storages = await Storages.OpenBlobsAsync(azure.Blobs, _name);
        var written = await Container.GetBlobClient("state-toy/a/b.json").UploadAsync(new BinaryData(Json), Token);
        var state = new GrainState<ConformanceState>();
        await storages["toys"].ReadStateAsync("state", Grain, state, Token);
        Assert.Equal((Some().State, true, written.Value.ETag.ToString()), (state.State, state.RecordExists, state.ETag));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clear_AState_DeletesOrEmptiesTheBlob(bool deletes)
    {
        await using var storages = await Storages.OpenBlobsAsync(azure.Blobs, _name, options => options.DeleteStateOnClear = deletes);
        var state = Some();
        await storages["toys"].WriteStateAsync("state", Grain, state, Token);
        await storages["toys"].ClearStateAsync("state", Grain, state, Token);
        var blobs = await Container.GetBlobsAsync(cancellationToken: Token).ToListAsync(Token);
        Assert.Equal(deletes ? [] : [0L], blobs.Select(blob => blob.Properties.ContentLength!.Value));
    }

    [Fact]
    public async Task Read_SomethingElse_NamesTheGrainAndKeepsIt()
    {
        await using var storages = await Storages.OpenBlobsAsync(azure.Blobs, _name);
        var blob = Container.GetBlobClient("state-toy/a/b.json");
        await blob.UploadAsync(new BinaryData("no json"), Token);

        var state = Some();
        var unreadable = await Assert.ThrowsAsync<AzureGrainStateUnreadableException>(() => storages["toys"].ReadStateAsync("state", Grain, state, Token));
        Assert.Equal((Grain, "state"), (unreadable.Grain!.Value, unreadable.StateName));
        foreach (var part in new[] { "toy/a/b", "'state'", "'toys'", $"'{_name}'" })
            Assert.Contains(part, unreadable.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storages["toys"].WriteStateAsync("state", Grain, state, Token));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storages["toys"].ClearStateAsync("state", Grain, state, Token));
        Assert.Equal("no json", (await blob.DownloadContentAsync(Token)).Value.Content.ToString());
    }

    [Fact]
    public async Task State_LargerThanAllowed_IsNeitherWrittenNorRead()
    {
        await using var storages = await Storages.OpenBlobsAsync(azure.Blobs, _name, options => options.MaxStateBytes = 2048);
        var state = new GrainState<byte[]>(new byte[2048]);
        await storages["toys"].WriteStateAsync("state", Grain, state, Token);
        state.State = new byte[2049];
        var refused = await Assert.ThrowsAsync<AzureGrainStateTooLargeException>(() => storages["toys"].WriteStateAsync("state", Grain, state, Token));
        Assert.Equal((2049, 2048), (refused.Size, refused.MaxSize));

        await Container.GetBlobClient("state-toy/a/b.json").UploadAsync(new BinaryData(new byte[3000]), overwrite: true, Token);
        refused = await Assert.ThrowsAsync<AzureGrainStateTooLargeException>(() => storages["toys"].ReadStateAsync("state", Grain, state, Token));
        Assert.Equal((3000, 2048), (refused.Size, refused.MaxSize));
    }

    [Fact]
    public async Task State_ThatGoesInParts_IsWrittenWholeOrNotAtAll()
    {
        await using var storages = await Storages.OpenBlobsAsync(azure.Blobs, _name);
        var first = new GrainState<byte[]>(new byte[20 << 20]);
        Random.Shared.NextBytes(first.State!);
        await storages["toys"].WriteStateAsync("state", Grain, first, Token);
        var late = new GrainState<byte[]>(new byte[20 << 20], first.ETag);
        first.State![^1]++;
        await storages["toys"].WriteStateAsync("state", Grain, first, Token);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storages["toys"].WriteStateAsync("state", Grain, late, Token));
        late.ETag = null;
        await Assert.ThrowsAsync<InconsistentStateException>(() => storages["toys"].WriteStateAsync("state", Grain, late, Token));
        var read = new GrainState<byte[]>();
        await storages["toys"].ReadStateAsync("state", Grain, read, Token);
        Assert.True(first.State.AsSpan().SequenceEqual(read.State));
        Assert.Equal(first.ETag, read.ETag);
    }

    [Theory]
    [InlineData("../../../other/victim")]
    [InlineData("x/./y")]
    [InlineData("a\nb")]
    [InlineData(null)]
    public async Task Name_ThatBlobsCannotHave_IsRefused(string? key)
    {
        await using var storages = await Storages.OpenBlobsAsync(azure.Blobs, _name);
        var grain = GrainId.Create("toy", key ?? new string('k', 1024));
        Func<Task>[] calls =
        [
            () => storages["toys"].ReadStateAsync("state", grain, Some(), Token),
            () => storages["toys"].WriteStateAsync("state", grain, Some(), Token),
            () => storages["toys"].ClearStateAsync("state", grain, Some(), Token),
        ];
        foreach (var call in calls)
            await Assert.ThrowsAsync<AzureGrainStorageException>(call);
        // Why: this is what the SDK would have asked for.
        if (key is not null && key.StartsWith("..", StringComparison.Ordinal))
            Assert.DoesNotContain(_name, Container.GetBlobClient($"state-{grain}.json").Uri.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ContainerWasDeleted_MakesItAnew()
    {
        await using var storages = await Storages.OpenBlobsAsync(azure.Blobs, _name);
        await Container.DeleteAsync(cancellationToken: Token);
        var state = Some();
        await storages["toys"].ReadStateAsync("state", Grain, state, Token);
        Assert.False(state.RecordExists);
        state = Some();
        await storages["toys"].WriteStateAsync("state", Grain, state, Token);
        Assert.Equal(Json, Encoding.UTF8.GetString((await Container.GetBlobClient("state-toy/a/b.json").DownloadContentAsync(Token)).Value.Content));
    }

    private static GrainState<ConformanceState> Some() => new(new ConformanceState { Text = "naïve", Count = 7 });
}
