namespace IpfsKit.Bitswap;

/// <summary>Who is served first where bandwidth is short.</summary>
public enum ServiceClass
{
    /// <summary>Anybody.</summary>
    Everyone = 0,

    /// <summary>Anybody who asks for content that is pinned here.</summary>
    Pinned = 1,

    /// <summary>The silos of this cluster.</summary>
    Cluster = 2,
}
