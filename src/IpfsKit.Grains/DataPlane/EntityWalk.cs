namespace IpfsKit.Grains.DataPlane;

/// <summary>In which order blocks below a path are sent.</summary>
internal enum EntityWalk
{
    /// <summary>As the trustless gateway: <c>dag-scope</c>, depth first in the order of links.</summary>
    Dag,

    /// <summary><c>walk=list</c>: as a listing asks for them.</summary>
    List,

    /// <summary><c>walk=export</c>: as an export asks for them.</summary>
    Export,
}
