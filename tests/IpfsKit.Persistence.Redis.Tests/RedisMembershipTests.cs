using IpfsKit.TestKit;
using IpfsKit.TestKit.Membership;
using Microsoft.Extensions.Hosting;
using Orleans.Messaging;

namespace IpfsKit.Persistence.Redis.Tests;

/// <summary>Orleans' membership table and gateway list in Redis.</summary>
public sealed class RedisMembershipTests(RedisFixture redis) : MembershipTableConformanceTests, IAsyncLifetime
{
    private readonly List<SiloServices> _services = [];
    private string _connection = "";

    protected override bool CleansUpSilosThatNeverBecameActive => false;

    public async ValueTask InitializeAsync() => _connection = await redis.ConnectionStringAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services)
            await services.DisposeAsync();
    }

    protected override IMembershipTable CreateTable(string clusterId) => Keep(SiloServices.OfSilo(clusterId, silo => silo.UseRedisClustering(_connection))).Membership;

    protected override IGatewayListProvider CreateGateways(string clusterId) => Keep(SiloServices.OfClient(clusterId, client => client.UseRedisClustering(_connection))).Gateways;

    private SiloServices Keep(SiloServices services)
    {
        lock (_services)
            _services.Add(services);
        return services;
    }
}
