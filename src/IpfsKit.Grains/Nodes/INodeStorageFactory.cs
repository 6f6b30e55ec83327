namespace IpfsKit.Grains.Nodes;

/// <summary>Opens a node's storage; the default is segments and SQLite in the node's slot, tests have their own.</summary>
internal interface INodeStorageFactory
{
    /// <summary>Opens, and recovers what the last process left.</summary>
    Task<NodeStorage> OpenAsync(CancellationToken cancellationToken);
}
