using System.Text;
using Azure.Data.Tables;
using IpfsKit.TestKit.GrainStorage;

namespace IpfsKit.Persistence.AzureStorage.Tests.GrainState;

/// <summary>The rows are those of Microsoft.Orleans.Persistence.AzureStorage: what it has written is read, and what is written it reads.</summary>
public sealed class TableGoldenTests(AzureStorage azure)
{
    private const string Json = """{"Text":"naïve","Count":7}""";

    private static readonly GrainId Grain = GrainId.Create("toy", "a/b#c?d\\e");

    private readonly string _name = AzureStorage.NewTableName();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TableClient Table => azure.Tables.GetTableClient(_name);

    [Fact]
    public void Defaults_OfTheOptions_AreTheOfficial()
    {
        var options = new AzureTableStorageOptions();
        Assert.Equal(("OrleansGrainState", false, false), (options.TableName, options.DeleteStateOnClear, options.UseStringFormat));
    }

    [Fact]
    public async Task Write_AsBytes_IsTheOfficialRow()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name);
        await storages["toys"].WriteStateAsync("st/ate", Grain, Some(), Token);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal(("toy-service_toy_a_b_c_d_e", "st_ate"), (row.PartitionKey, row.RowKey));
        Assert.Equal(["Data"], Columns(row));
        Assert.Equal(Json, Encoding.UTF8.GetString(row.GetBinary("Data")));
    }

    [Fact]
    public async Task Write_AsText_IsTheOfficialRow()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name, options => options.UseStringFormat = true);
        await storages["toys"].WriteStateAsync("state", Grain, Some(), Token);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal(["StringData"], Columns(row));
        Assert.Equal(Json, row.GetString("StringData"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_RowOfTheOfficialProvider_IsTheStateWhateverItsForm(bool asText)
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name, options => options.UseStringFormat = !asText);
        var row = new TableEntity("toy-service_toy_a_b_c_d_e", "state");
        if (asText)
            (row["StringData"], row["StringData1"]) = (Json[..9], Json[9..]);
        else
            (row["Data"], row["Data1"], row["Data2"]) = (Encoding.UTF8.GetBytes(Json)[..5], Encoding.UTF8.GetBytes(Json)[5..9], Encoding.UTF8.GetBytes(Json)[9..]);
        var written = await Table.AddEntityAsync(row, Token);

        var state = new GrainState<ConformanceState>();
        await storages["toys"].ReadStateAsync("state", Grain, state, Token);
        Assert.Equal((Some().State, true, written.Headers.ETag.ToString()), (state.State, state.RecordExists, state.ETag));

        // And goes on from there, in the form that is set up: nothing of the other stays.
        await storages["toys"].WriteStateAsync("state", Grain, state, Token);
        Assert.Equal([asText ? "Data" : "StringData"], Columns(Assert.Single(await RowsAsync())));
    }

    [Fact]
    public async Task Clear_WithoutDeleting_IsARowWithoutContent()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name);
        var state = Some();
        await storages["toys"].WriteStateAsync("state", Grain, state, Token);
        await storages["toys"].ClearStateAsync("state", Grain, state, Token);
        Assert.Empty(Columns(Assert.Single(await RowsAsync())));
    }

    [Fact]
    public async Task Write_SeveralColumns_AreOf64KiBInTheOfficialOrder()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name);
        var bytes = new byte[(3 * 65536) + 1];
        Random.Shared.NextBytes(bytes);
        await storages["toys"].WriteStateAsync("state", Grain, new GrainState<byte[]>(bytes), Token);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal(["Data", "Data1", "Data2", "Data3"], Columns(row));
        Assert.Equal([65536, 65536, 65536, 1], Columns(row).Select(column => row.GetBinary(column).Length));
        Assert.Equal(bytes, Columns(row).SelectMany(column => row.GetBinary(column)));
        var read = new GrainState<byte[]>();
        await storages["toys"].ReadStateAsync("state", Grain, read, Token);
        Assert.Equal(bytes, read.State);
    }

    [Fact]
    public async Task Write_TextOfSeveralColumns_NeverCutsACharacterInHalf()
    {
        await using var storages = await Storages.OpenTableAsync(azure.Tables, _name, options => options.UseStringFormat = true);
        // In UTF-16 each is two units; the byte before them makes the 32,768th unit the first half of one.
        var bytes = Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("🦀", 20_000)));
        await storages["toys"].WriteStateAsync("state", Grain, new GrainState<byte[]>(bytes), Token);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal([32767, 7234], Columns(row).Select(column => row.GetString(column).Length));
        var read = new GrainState<byte[]>();
        await storages["toys"].ReadStateAsync("state", Grain, read, Token);
        Assert.Equal(bytes, read.State);
    }

    private static GrainState<ConformanceState> Some() => new(new ConformanceState { Text = "naïve", Count = 7 });

    private static IEnumerable<string> Columns(TableEntity row) => row.Keys.Except(["PartitionKey", "RowKey", "Timestamp", "odata.etag"]).Order();

    private async Task<List<TableEntity>> RowsAsync() => await Table.QueryAsync<TableEntity>(cancellationToken: Token).ToListAsync(Token);
}
