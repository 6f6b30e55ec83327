using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Replication;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace IpfsKit.Grains.Transport;

/// <summary>The address of a silo's node inside the cluster: a thin router that owns no state.</summary>
[Reentrant]
internal sealed class TransportGrainService(GrainId id, Silo silo, ILoggerFactory loggers, TransportCommands commands, NodeBlockStore blocks, NodeLoads loads, NodeProfile profile) : GrainService(id, silo, loggers), ITransportGrainService
{
    /// <inheritdoc/>
    public Task BeginHoldAsync(Guid operationId, HoldRequest request)
    {
        commands.BeginHold(operationId, request);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task BeginDropAsync(Guid operationId, Cid root, long revision)
    {
        commands.BeginDrop(operationId, root, revision);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task BeginConnectAsync(Guid operationId, Cid root, Multiaddr address)
    {
        commands.BeginConnect(operationId, root, address);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> HasBlockAsync(Cid cid) => blocks.HasAsync(cid).AsTask();

    /// <inheritdoc/>
    public Task AnnounceAsync(NodeLoad load)
    {
        loads.Set(load);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<PeerId> IdentifyAsync() => Task.FromResult(profile.PeerId);

    /// <inheritdoc/>
    public Task CancelAsync(Guid operationId)
    {
        commands.Cancel(operationId);
        return Task.CompletedTask;
    }
}
