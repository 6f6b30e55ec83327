using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using IpfsKit.TestKit.GrainStorage;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.Tests.GrainState;

/// <summary>What is no state, what is too large, what has no place.</summary>
public sealed class TableFaultTests(AzureStorage azure)
{
    private static readonly GrainId Grain = GrainId.Create("toy", "some");

    private readonly string _name = AzureStorage.NewTableName();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TableClient Table => azure.Tables.GetTableClient(_name);

    public static TheoryData<string, object> Damages => new()
    {
        { "Data", "{\"Text\":"u8.ToArray() }, { "Data", 42 }, { "Data", "no base64!" }, { "Data1", "x"u8.ToArray() }, { "StringData", "no json" }, { "StringData", 4.2 }, { "StringData3", "x" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Read_SomethingElse_NamesTheGrainAndKeepsIt(string column, object value)
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name);
        var etag = (await Table.AddEntityAsync(new TableEntity("toy-service_toy_some", "state") { [column] = value }, Token)).Headers.ETag;

        var state = new GrainState<ConformanceState>(new ConformanceState { Text = "mine" }, "mine");
        var unreadable = await Assert.ThrowsAsync<AzureGrainStateUnreadableException>(() => storages["toys"].ReadStateAsync("state", Grain, state, Token));

        Assert.Equal((Grain, "state", nameof(ConformanceState)), (unreadable.Grain!.Value, unreadable.StateName, unreadable.StateType));
        foreach (var part in new[] { "toy/some", "'state'", "'toys'", $"'{_name}'" })
            Assert.Contains(part, unreadable.Message, StringComparison.Ordinal);
        // The state is as it was, so that nobody takes it for read, and a grain that goes on regardless overwrites nothing.
        Assert.Equal(("mine", "mine"), (state.State!.Text, state.ETag));
        state.ETag = null;
        await Assert.ThrowsAsync<InconsistentStateException>(() => storages["toys"].WriteStateAsync("state", Grain, state, Token));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storages["toys"].ClearStateAsync("state", Grain, state, Token));
        var row = (await Table.GetEntityAsync<TableEntity>("toy-service_toy_some", "state", cancellationToken: Token)).Value;
        Assert.Equal(value, row[column]);
        Assert.Equal(etag, row.ETag);
    }

    [Theory]
    [InlineData(false, 15 * 65536, "bytes")]
    [InlineData(true, 15 * 32768, "characters")]
    public async Task Write_OneMoreThanARowTakes_IsRefusedBeforeItIsSent(bool asText, int most, string unit)
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name, options => options.UseStringFormat = asText);
        var state = new GrainState<byte[]>(Encoding.ASCII.GetBytes(new string('x', most)));
        await storages["toys"].WriteStateAsync("state", Grain, state, Token);
        var etag = state.ETag;

        state.State = new byte[most + 1];
        var refused = await Assert.ThrowsAsync<AzureGrainStateTooLargeException>(() => storages["toys"].WriteStateAsync("state", Grain, state, Token));

        Assert.Equal((most + 1, most), (refused.Size, refused.MaxSize));
        foreach (var part in new[] { "toy/some", $"{most + 1} {unit}", $"{most}" })
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.Equal(etag, state.ETag);
        var read = new GrainState<byte[]>();
        await storages["toys"].ReadStateAsync("state", Grain, read, Token);
        Assert.Equal((most, etag), (read.State!.Length, read.ETag));
    }

    [Fact]
    public async Task Write_BytesThatAreNoTextAsText_IsRefused()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name, options => options.UseStringFormat = true);
        var refused = await Assert.ThrowsAsync<AzureGrainStorageException>(
            () => storages["toys"].WriteStateAsync("state", Grain, new GrainState<byte[]>([0xff, 0xfe]), Token));
        Assert.Contains("UseStringFormat", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await Table.QueryAsync<TableEntity>(cancellationToken: Token).ToListAsync(Token));
    }

    [Theory]
    [InlineData("a\u0001b", "U+0001")]
    [InlineData("a\nb", "U+000A")]
    [InlineData("a\u0085b", "U+0085")]
    [InlineData(null, "1023")]
    public async Task Key_ThatTablesDoNotTake_IsRefusedNamingWhy(string? key, string why)
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name);
        var grain = GrainId.Create("toy", key ?? new string('k', 1023));
        Func<Task>[] calls =
        [
            () => storages["toys"].ReadStateAsync("state", grain, new GrainState<ConformanceState>(), Token),
            () => storages["toys"].WriteStateAsync("state", grain, new GrainState<ConformanceState>(new()), Token),
            () => storages["toys"].ClearStateAsync("state", grain, new GrainState<ConformanceState>(), Token),
        ];
        foreach (var call in calls)
            Assert.Contains(why, (await Assert.ThrowsAsync<AzureGrainStorageException>(call)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_AnAccountTakesNotAsMany_SaysSo()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name);
        await storages["toys"].WriteStateAsync("state", OfKeyLength(512), new GrainState<ConformanceState>(new()), Token);
        // Azure takes it; Azurite takes half as many characters.
        var fault = await Assert.ThrowsAsync<AzureGrainStorageException>(() => storages["toys"].WriteStateAsync("state", OfKeyLength(1023), new GrainState<ConformanceState>(new()), Token));
        Assert.Equal(400, fault.Status);

        static GrainId OfKeyLength(int length) => GrainId.Create("toy", new string('k', length - "toy-service_toy_".Length));
    }

    [Fact]
    public async Task Write_TableWasDeleted_SaysSoAndIsNoConflict()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name);
        var state = new GrainState<ConformanceState>(new());
        await storages["toys"].WriteStateAsync("state", Grain, state, Token);
        await Table.DeleteAsync(Token);
        var fault = await Assert.ThrowsAsync<AzureGrainStorageException>(() => storages["toys"].WriteStateAsync("state", Grain, state, Token));
        Assert.Equal(404, fault.Status);
        Assert.Contains("TableNotFound", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NobodyAnswers_SaysWhichTable()
    {
        var options = new TableClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(1) } };
        var nowhere = new TableServiceClient("DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:1/a", options);
        var fault = await Assert.ThrowsAsync<AzureGrainStorageException>(() => Storages.OpenTableAsync(nowhere, _name));
        Assert.Equal((null, 0), (fault.Grain, fault.Status));
        Assert.Contains($"'{_name}'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serializer_ThatFailsToWrite_IsNoFaultOfTheStorage()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name);
        var circle = new Circle();
        circle.Self = circle;
        await Assert.ThrowsAsync<JsonException>(() => storages["toys"].WriteStateAsync("state", Grain, new GrainState<Circle>(circle), Token));
    }

    private sealed class Circle
    {
        public Circle? Self { get; set; }
    }
}
