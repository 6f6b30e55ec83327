using System.Text;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client.Feeds;

/// <summary>Which blocks to ask a silo for.</summary>
internal sealed record EntityRequest
{
    /// <summary>Root and path.</summary>
    public required IpfsPath Path { get; init; }

    /// <summary>How much of what the path leads to.</summary>
    public DagScope Scope { get; init; } = DagScope.All;

    /// <summary>Which bytes of a file, for <see cref="DagScope.Entity"/>; null for all, nodes without bytes included.</summary>
    public EntityBytes? Range { get; init; }

    /// <summary>Whether a block that the walk comes to again is sent again. A reader that keeps nothing needs that.</summary>
    public bool Duplicates { get; init; } = true;

    /// <summary>The order, if it is not that of links: a value of <see cref="DataPlaneProtocol"/>. Replaces scope and range.</summary>
    public string? Walk { get; init; }

    /// <summary>Whether this goes on with a read that was counted already, so that one reader is one access however many requests it takes.</summary>
    public bool Continues { get; init; }

    /// <summary>The request below a data plane's base address.</summary>
    public string ToRelativeUri()
    {
        var uri = new StringBuilder(256)
            .Append(Path.ToUriPath().AsSpan(1))
            .Append("?format=car&car-order=dfs&dag-scope=").Append(CarParameters.Format(Scope))
            .Append("&car-dups=").Append(Duplicates ? 'y' : 'n');
        if (Range is { } range)
            uri.Append("&entity-bytes=").Append(range.ToString());
        if (Walk is not null)
            uri.Append("&walk=").Append(Walk);
        if (Continues)
            uri.Append("&continues=y");
        return uri.ToString();
    }

    /// <summary>The same request for a node's grain.</summary>
    public BlockStreamRequest ToGrainRequest(string ticket) => new()
    {
        Root = Path.Root,
        Path = Path.Remainder,
        DagScope = CarParameters.Format(Scope),
        EntityBytes = Range?.ToString(),
        Ticket = ticket,
        Duplicates = Duplicates,
        Walk = Walk,
        Continues = Continues,
    };
}
