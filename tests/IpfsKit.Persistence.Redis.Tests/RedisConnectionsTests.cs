using IpfsKit.Persistence.Redis.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace IpfsKit.Persistence.Redis.Tests;

/// <summary>Connections by service key.</summary>
public sealed class RedisConnectionsTests(RedisFixture redis)
{
    [Fact]
    public async Task Connection_OfAServiceKey_IsMadeOnceForAllWhoNameIt()
    {
        using var services = Build(new ServiceCollection(), ("ConnectionStrings:redis", await redis.ConnectionStringAsync()));
        var connection = services.GetRequiredKeyedService<IConnectionMultiplexer>("redis");
        Assert.True(connection.IsConnected);
        Assert.Same(connection, services.GetRequiredKeyedService<IConnectionMultiplexer>("redis"));
    }

    [Fact]
    public void Connection_ThatCodeHasRegistered_IsLeftAlone()
    {
        var collection = new ServiceCollection();
        collection.AddKeyedSingleton<IConnectionMultiplexer>("redis", (_, _) => throw new InvalidOperationException("the code's own"));
        using var services = Build(collection, ("ConnectionStrings:redis", "127.0.0.1:1"));
        Assert.Equal("the code's own", Assert.Throws<InvalidOperationException>(() => services.GetKeyedService<IConnectionMultiplexer>("redis")).Message);
    }

    [Fact]
    public void Connection_WithoutAConnectionString_IsNobodys()
    {
        using var services = Build([]);
        Assert.Null(services.GetKeyedService<IConnectionMultiplexer>("redis"));
    }

    [Fact]
    public void Connection_ToNowhere_SaysWhichItIsAndKeepsThePassword()
    {
        using var services = Build(new ServiceCollection(), ("ConnectionStrings:redis", "127.0.0.1:1,password=secret-word,connectTimeout=200,connectRetry=0"));
        var thrown = Assert.Throws<RedisConnectionFailedException>(() => services.GetKeyedService<IConnectionMultiplexer>("redis"));
        Assert.Equal("redis", thrown.ConnectionName);
        Assert.Contains("ConnectionStrings:redis", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", thrown.ToString(), StringComparison.Ordinal);
    }

    private static ServiceProvider Build(ServiceCollection services, params (string Key, string Value)[] settings)
    {
        (string, string)[] orleans =
        [
            ("Orleans:Clustering:ProviderType", "Redis"), ("Orleans:Clustering:ServiceKey", "redis"),
            ("Orleans:GrainStorage:content:ProviderType", "Redis"), ("Orleans:GrainStorage:content:ServiceKey", "redis"),
            ("Orleans:GrainStorage:other:ProviderType", "Memory"), ("Orleans:GrainStorage:other:ServiceKey", "not-ours"),
        ];
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(orleans.Concat(settings).Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2))).Build();
        RedisConnections.Add(services, configuration);
        Assert.DoesNotContain(services, service => "not-ours".Equals(service.ServiceKey));
        return services.BuildServiceProvider();
    }
}
