using IpfsKit.TestKit;
using IpfsKit.TestKit.Membership;
using Orleans.Messaging;

namespace IpfsKit.Persistence.PostgreSql.Tests;

/// <summary>Orleans' membership table and gateway list over our schema.</summary>
public sealed class PostgresMembershipTests(PostgresFixture postgres) : MembershipTableConformanceTests, IAsyncLifetime
{
    private readonly List<SiloServices> _services = [];
    private string _database = "";

    protected override bool InsertsVotes => false;

    public async ValueTask InitializeAsync() => _database = await postgres.SharedDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services)
            await services.DisposeAsync();
    }

    protected override IMembershipTable CreateTable(string clusterId) => Keep(SiloServices.OfSilo(clusterId, silo =>
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", _database)))).Membership;

    protected override IGatewayListProvider CreateGateways(string clusterId) => Keep(SiloServices.OfClient(clusterId, client =>
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", _database)))).Gateways;

    private SiloServices Keep(SiloServices services)
    {
        lock (_services)
            _services.Add(services);
        return services;
    }
}
