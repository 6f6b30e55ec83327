using IpfsKit.Grains.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IpfsKit.Grains.Hosting;

/// <summary>Whether the node can do its work: unhealthy without a store that takes writes, degraded without room, since reads go on then.</summary>
internal sealed class NodeHealthCheck(IpfsNode node) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (!node.IsOpen)
            return HealthCheckResult.Unhealthy("The node is not open.");
        var storage = node.Storage;
        if (storage.Blocks.Failure is { } failure)
            return HealthCheckResult.Unhealthy(failure.Message, failure);
        return storage.FreeBytes > 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("The store has no room: its capacity, or the free space that is to be left on its disk, is reached. Reads go on.");
    }
}
