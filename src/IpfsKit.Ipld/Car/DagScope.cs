namespace IpfsKit.Ipld.Car;

/// <summary>How much of what a path leads to: the trustless gateway's <c>dag-scope</c>.</summary>
/// <remarks>Spec: <see href="https://specs.ipfs.tech/http-gateways/trustless-gateway/#dag-scope-request-query-parameter"/>.</remarks>
public enum DagScope
{
    /// <summary>Its root block alone.</summary>
    Block,

    /// <summary>One file, one directory listing (all shards), or one block of other data.</summary>
    Entity,

    /// <summary>Everything below it.</summary>
    All,
}
