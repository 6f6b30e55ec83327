using Orleans.Concurrency;

namespace IpfsKit.Grains.Nodes;

/// <summary>Answers from what its silo sees.</summary>
[StatelessWorker]
internal sealed class NodeDirectoryGrain(ClusterNodes nodes) : Grain, INodeDirectoryGrain
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken) => new(nodes.List());
}
