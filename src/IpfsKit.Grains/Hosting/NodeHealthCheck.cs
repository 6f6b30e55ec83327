using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Replication;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IpfsKit.Grains.Hosting;

/// <summary>Whether the node can do its work: unhealthy without a store that takes writes, degraded without room and where blocks are lost, since reads of the others go on then.</summary>
internal sealed class NodeHealthCheck(IpfsNode node, BlockRepairer repairer) : IHealthCheck
{
    private const int NamedBlocks = 3;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (!node.IsOpen)
            return HealthCheckResult.Unhealthy("The node is not open.");
        var storage = node.Storage;
        if (storage.Blocks.Failure is { } failure)
            return HealthCheckResult.Unhealthy(failure.Message, failure);
        if (repairer.Lost is { Count: > 0 } lost)
            return HealthCheckResult.Degraded($"{lost.Count} blocks are damaged or missing here, and nobody who was asked has them: {string.Join(", ", lost.Take(NamedBlocks))}{(lost.Count > NamedBlocks ? ", …" : "")}. Add their content again, or start a silo that has it.");
        return storage.FreeBytes > 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("The store has no room: its capacity, or the free space that is to be left on its disk, is reached. Reads go on.");
    }
}
