using Azure.Core;
using Azure.Data.Tables;
using IpfsKit.Persistence.AzureStorage.Tests.GrainState;
using IpfsKit.TestKit.GrainStorage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.Tests.Hosting;

/// <summary>Silos and clients by the keys of the official providers alone.</summary>
public sealed class ConfigurationTests(AzureStorage azure)
{
    private readonly string _table = AzureStorage.NewTableName();
    private readonly string _container = AzureStorage.NewContainerName();
    private readonly string _id = Guid.NewGuid().ToString("N");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoSilos_OfTheVariablesOfAspire_AreAClusterWhoseStateSurvivesThemAll()
    {
        // A service key with a connection string of that name is what AddOrleans and WithReference give.
        await using var hosts = new ToyHosts(
            Settings(("Orleans:Clustering:ProviderType", "AzureTableStorage"), ("Orleans:Clustering:ServiceKey", "clustering"), ("ConnectionStrings:clustering", azure.ConnectionString)),
            Settings(
                ("Orleans:EnableDistributedTracing", "true"),
                ("Orleans:GrainStorage:blobs:ProviderType", "AzureBlobStorage"), ("Orleans:GrainStorage:blobs:ServiceKey", "state"),
                ("Orleans:GrainStorage:rows:ProviderType", "AzureTableStorage"), ("Orleans:GrainStorage:rows:ServiceKey", "clustering"),
                ("ConnectionStrings:state", azure.ConnectionString)));
        await hosts.StartSiloAsync("a");
        await hosts.StartSiloAsync("b");
        var client = await hosts.StartClientAsync();
        await hosts.SeesAsync("a", 2);

        var (_, silo) = await client.GetGrain<IToyGrain>("x").CountAsync();
        await hosts.StopAsync(silo);
        var other = silo == "a" ? "b" : "a";
        Assert.Equal((4, other), await client.GetGrain<IToyGrain>("x").CountAsync());
        await client.GetGrain<IToyGrain>("y").CountAsync();
        await client.GetGrain<IToyGrain>("y").ClearAsync();
        await hosts.StopAsync("client");
        await hosts.StopAsync(other);

        await hosts.StartSiloAsync("c");
        client = await hosts.StartClientAsync();
        Assert.Equal((6, "c"), await client.GetGrain<IToyGrain>("x").CountAsync());
        Assert.Equal((2, "c"), await client.GetGrain<IToyGrain>("y").CountAsync());
    }

    [Fact]
    public async Task Silo_WithKeyedClientsAndSettings_UsesThem()
    {
        await using var hosts = new ToyHosts(
            Settings(("Orleans:Clustering:ProviderType", "AzureTableStorage"), ("Orleans:Clustering:ServiceKey", "t"), ("Orleans:Clustering:TableName", _table)),
            Settings(
                ("Orleans:GrainStorage:blobs:ProviderType", "AzureBlobStorage"), ("Orleans:GrainStorage:blobs:ServiceKey", "b"), ("Orleans:GrainStorage:blobs:ContainerName", _container),
                ("Orleans:GrainStorage:blobs:SerializerKey", "mine"),
                ("Orleans:GrainStorage:rows:ProviderType", "AzureTableStorage"), ("Orleans:GrainStorage:rows:ConnectionName", "named"), ("Orleans:GrainStorage:rows:TableName", _table),
                ("Orleans:GrainStorage:rows:UseStringFormat", "true"), ("Orleans:GrainStorage:rows:DeleteStateOnClear", "true"), ("ConnectionStrings:named", azure.ConnectionString)),
            services =>
            {
                services.AddKeyedSingleton("t", azure.Tables);
                services.AddKeyedSingleton("b", azure.Blobs);
                services.AddKeyedSingleton<IGrainStorageSerializer, ToySerializer>("mine");
            });
        await hosts.StartSiloAsync("a");
        await hosts.Service<IGrainFactory>("a").GetGrain<IToyGrain>("x").CountAsync();

        var blob = azure.Blobs.GetBlobContainerClient(_container).GetBlobClient("toy-toy/x.json");
        Assert.Equal("""{"Text":null,"Count":1}""", (await blob.DownloadContentAsync(Token)).Value.Content.ToString());
        // The silo's own serializer, which names types: what the official providers do unless told otherwise.
        var row = (await azure.Tables.GetTableClient(_table).GetEntityAsync<TableEntity>($"{_id}_toy_x", "toy", cancellationToken: Token)).Value;
        Assert.Equal(
            """{"$id":"1","$type":"IpfsKit.TestKit.GrainStorage.ConformanceState, IpfsKit.TestKit.Orleans","Count":1}""", row.GetString("StringData"));
        await hosts.Service<IGrainFactory>("a").GetGrain<IToyGrain>("x").ClearAsync();
        Assert.False((await azure.Tables.GetTableClient(_table).GetEntityIfExistsAsync<TableEntity>($"{_id}_toy_x", "toy", cancellationToken: Token)).HasValue);
    }

    [Theory]
    [InlineData("ServiceKey", "nobody", "'nobody'")]
    [InlineData("ConnectionName", "nobody", "'nobody'")]
    [InlineData("ConnectionString", "AccountKey=c2VjcmV0", "is no connection string")]
    [InlineData("Unknown", "x", "There is no storage account")]
    [InlineData("TableName", "a-b", "TableName is 'a-b'")]
    public async Task Start_WithWrongSettings_IsRefusedNamingThem(string setting, string value, string named)
    {
        foreach (var isSilo in new[] { true, false })
        {
            var settings = Settings(("Orleans:Clustering:ProviderType", "AzureTableStorage"), ($"Orleans:Clustering:{setting}", value));
            if (setting == "TableName")
                settings["Orleans:Clustering:ConnectionString"] = azure.ConnectionString;
            await using var hosts = new ToyHosts(settings, []);
            var refused = await Assert.ThrowsAnyAsync<Exception>(() => isSilo ? hosts.StartSiloAsync("a") : hosts.StartClientAsync());
            var cause = Causes(refused).OfType<OrleansConfigurationException>().First();
            Assert.Contains(named, cause.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("c2VjcmV0", cause.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("AzureBlobStorage", "ContainerName", "Upper", "ContainerName is 'Upper'")]
    [InlineData("AzureBlobStorage", "MaxStateBytes", "1", "MaxStateBytes is '1'")]
    [InlineData("AzureTableStorage", "TableName", "1st", "TableName is '1st'")]
    public async Task Start_WithWrongGrainStorage_IsRefusedNamingItAndTheSetting(string provider, string setting, string value, string named)
    {
        await using var hosts = new ToyHosts(
            Settings(("Orleans:Clustering:ProviderType", "AzureTableStorage"), ("Orleans:Clustering:ConnectionString", azure.ConnectionString)),
            Settings(("Orleans:GrainStorage:blobs:ProviderType", provider), ("Orleans:GrainStorage:blobs:ConnectionString", azure.ConnectionString), ($"Orleans:GrainStorage:blobs:{setting}", value)));
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => hosts.StartSiloAsync("a"));
        var message = Causes(refused).OfType<OrleansConfigurationException>().First().Message;
        Assert.Contains("'blobs'", message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_ByAddressAlone_IsSignedByTheCredentialOfTheServices()
    {
        var credential = new RefusingCredential();
        await using var hosts = new ToyHosts(
            Settings(("Orleans:Clustering:ProviderType", "AzureTableStorage"), ("Orleans:Clustering:ServiceKey", "t"), ("ConnectionStrings:t", "https://account.table.invalid/")),
            [],
            services => services.AddSingleton<TokenCredential>(credential));
        await Assert.ThrowsAnyAsync<Exception>(() => hosts.StartSiloAsync("a"));
        Assert.True(credential.WasAsked);
    }

    [Fact]
    public async Task Grain_WhoseStateIsUnreadable_DoesNotStartAndKeepsIt()
    {
        await using var hosts = new ToyHosts(
            Settings(("Orleans:Clustering:ProviderType", "AzureTableStorage"), ("Orleans:Clustering:ConnectionString", azure.ConnectionString)),
            Settings(
                ("Orleans:GrainStorage:blobs:ProviderType", "AzureBlobStorage"), ("Orleans:GrainStorage:blobs:ConnectionString", azure.ConnectionString), ("Orleans:GrainStorage:blobs:ContainerName", _container),
                ("Orleans:GrainStorage:rows:ProviderType", "Memory")));
        await hosts.StartSiloAsync("a");
        var client = await hosts.StartClientAsync();
        var blob = azure.Blobs.GetBlobContainerClient(_container).GetBlobClient("toy-toy/x.json");
        await blob.UploadAsync(new BinaryData("{"), Token);

        // Typed at the client, too.
        var refused = await Assert.ThrowsAsync<AzureGrainStateUnreadableException>(() => client.GetGrain<IToyGrain>("x").CountAsync());
        Assert.Equal(("toy/x", "toy", nameof(ConformanceState)), (refused.Grain.ToString(), refused.StateName, refused.StateType));
        Assert.Contains("toy/x", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AzureGrainStateUnreadableException>(() => client.GetGrain<IToyGrain>("x").ClearAsync());
        Assert.Equal("{", (await blob.DownloadContentAsync(Token)).Value.Content.ToString());
    }

    [Fact]
    public async Task Grain_WhoseStateSomebodyElseChanged_IsInconsistentOnceAndThenGoesOn()
    {
        await using var hosts = new ToyHosts(
            Settings(("Orleans:Clustering:ProviderType", "AzureTableStorage"), ("Orleans:Clustering:ConnectionString", azure.ConnectionString)),
            Settings(
                ("Orleans:GrainStorage:blobs:ProviderType", "AzureBlobStorage"), ("Orleans:GrainStorage:blobs:ConnectionString", azure.ConnectionString), ("Orleans:GrainStorage:blobs:ContainerName", _container),
                ("Orleans:GrainStorage:blobs:SerializerKey", "mine"), ("Orleans:GrainStorage:rows:ProviderType", "Memory")),
            services => services.AddKeyedSingleton<IGrainStorageSerializer, ToySerializer>("mine"));
        await hosts.StartSiloAsync("a");
        var grain = (await hosts.StartClientAsync()).GetGrain<IToyGrain>("x");
        await grain.CountAsync();
        await azure.Blobs.GetBlobContainerClient(_container).GetBlobClient("toy-toy/x.json").UploadAsync(new BinaryData("""{"Count":40}"""), overwrite: true, Token);

        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.CountAsync());
        Assert.Equal(41 + 2, (await grain.CountAsync()).Count);
    }

    private static IEnumerable<Exception> Causes(Exception exception) =>
        exception is AggregateException many ? many.InnerExceptions.SelectMany(Causes)
        : exception.InnerException is { } inner ? Causes(inner).Prepend(exception) : [exception];

    private Dictionary<string, string?> Settings(params (string Name, string Value)[] settings) =>
        settings.Append(("Orleans:ClusterId", _id)).Append(("Orleans:ServiceId", _id)).ToDictionary(setting => setting.Item1, string? (setting) => setting.Item2);

    private sealed class RefusingCredential : TokenCredential
    {
        public bool WasAsked { get; private set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            WasAsked = true;
            throw new InvalidOperationException("No token here.");
        }
    }
}
