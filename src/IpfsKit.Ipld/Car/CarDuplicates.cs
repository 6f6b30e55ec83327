namespace IpfsKit.Ipld.Car;

/// <summary>What happens to a block that a DAG links more than once: the trustless gateway's <c>car-dups</c> and <c>dups</c>.</summary>
/// <remarks>Spec: <see href="https://specs.ipfs.tech/http-gateways/trustless-gateway/#car-dups-content-type-parameter"/>.</remarks>
public enum CarDuplicates
{
    /// <summary>It is sent once, <c>n</c>: less to send, and both sides remember what was sent.</summary>
    Omit,

    /// <summary>It is sent each time, <c>y</c>: a reader in order needs to remember nothing.</summary>
    Include,
}
