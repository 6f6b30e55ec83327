using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Replication;

namespace IpfsKit.Grains.Hosting;

/// <summary>The settings of a node; bound from the section <c>IpfsKit</c>.</summary>
public sealed class IpfsKitOptions
{
    /// <summary>The section that is bound.</summary>
    public const string SectionName = "IpfsKit";

    /// <summary>What the silo does in its cluster.</summary>
    /// <value>Master, Worker or Leecher; default Worker, and Master for the embedded single node.</value>
    public NodeRole? Role { get; set; }

    /// <summary>Where the silo is: a rack, an availability zone.</summary>
    /// <value>Any text; default none.</value>
    public string? Zone { get; set; }

    /// <summary>Everything that is kept is below this directory, in one slot for each process that runs at the same time.</summary>
    /// <value>A path; default <c>IpfsKit</c> in the user's local application data (<c>~/.local/share/IpfsKit</c> on Linux).</value>
    public string? DataDirectory { get; set; }

    /// <summary>Which slot of <see cref="DataDirectory"/> to use.</summary>
    /// <value>0 to 255; default the first that no other process uses. A given slot that is in use is an error.</value>
    public int? Slot { get; set; }

    /// <summary>The cluster that the silo is part of.</summary>
    public ClusterSafetyOptions Cluster { get; set; } = new();

    /// <summary>The block store.</summary>
    public NodeStorageOptions Storage { get; set; } = new();

    /// <summary>The server through which bytes move.</summary>
    public DataPlaneOptions DataPlane { get; set; } = new();

    /// <summary>The catalog of roots.</summary>
    public CatalogOptions Catalog { get; set; } = new();

    /// <summary>Content that is not here.</summary>
    public ExchangeOptions Exchange { get; set; } = new();

    /// <summary>Copies on several silos.</summary>
    public ReplicationOptions Replication { get; set; } = new();

    /// <summary>The counting of reads.</summary>
    public TouchReporterOptions Heat { get; set; } = new();
}
