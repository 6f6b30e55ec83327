namespace IpfsKit.Grains.Hosting;

/// <summary>What the silo may assume of the network between silos and their clients.</summary>
public sealed class ClusterSafetyOptions
{
    /// <summary>
    /// Says that only silos and clients of this cluster reach Orleans' ports. These authenticate nobody: who reaches them may do anything to the cluster. Without it, and without
    /// <c>IpfsKit:Cluster:Tls</c>, a silo refuses to start with ports that others than this machine could reach.
    /// </summary>
    /// <value>Default false.</value>
    public bool TrustedNetwork { get; set; }
}
