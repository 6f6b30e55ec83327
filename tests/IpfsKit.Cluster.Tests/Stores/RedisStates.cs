using IpfsKit.Multiformats;
using StackExchange.Redis;

namespace IpfsKit.Cluster.Tests.Stores;

internal sealed class RedisStates(string serviceId, string connectionString) : IStoredStates
{
    public async Task<byte[]> ReplaceAsync(Cid root, byte[] state, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString);
        // The key is Orleans': service, grain and state.
        var key = $"{serviceId}/state/content/{root.ToV1()}/content";
        var old = (byte[]?)await redis.GetDatabase().HashGetAsync(key, "data");
        Assert.NotNull(old);
        await redis.GetDatabase().HashSetAsync(key, "data", state);
        return old;
    }
}
