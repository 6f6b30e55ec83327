using IpfsKit.Grains;

namespace IpfsKit.Client.Locating;

/// <summary>Uploads go to any node that is up: what it stores is registered for the whole cluster.</summary>
internal sealed class UploadTargets(NodeDirectory nodes) : IUploadTargets
{
    public async ValueTask<IReadOnlyList<NodeInfo>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await nodes.ListAsync(cancellationToken).ConfigureAwait(false)).Where(node => node.DataAddress is not null)];

    public ValueTask<DataEndpoint> OpenAsync(NodeInfo node, UploadRequest request, CancellationToken cancellationToken) =>
        ClusterCalls.InvokeAsync(() => nodes.Get(node).OpenUploadAsync(request, cancellationToken));
}
