namespace IpfsKit.Grains;

/// <summary>The nodes of the cluster, as the silo that answers sees them. A stateless worker on every silo: no singleton, nothing stored. Key: 0.</summary>
[Alias("ipfskit.INodeDirectoryGrain")]
public interface INodeDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>The active nodes, the answering silo's own first.</summary>
    [Alias("ListNodes")]
    ValueTask<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken = default);
}
