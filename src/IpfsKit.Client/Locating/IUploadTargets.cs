using IpfsKit.Grains;

namespace IpfsKit.Client.Locating;

/// <summary>Finds silos that take uploads.</summary>
internal interface IUploadTargets
{
    /// <summary>The nodes that have a data plane, the nearest first.</summary>
    ValueTask<IReadOnlyList<NodeInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Leave for one upload to a node.</summary>
    /// <exception cref="InsufficientStorageException">It has no room.</exception>
    /// <exception cref="ClusterUnavailableException">It does not answer.</exception>
    ValueTask<DataEndpoint> OpenAsync(NodeInfo node, UploadRequest request, CancellationToken cancellationToken);
}
