using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;
using Microsoft.AspNetCore.Http;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Which blocks of what a path leads to are sent.</summary>
/// <param name="Export">Path, scope, range, duplicates: what the trustless gateway knows.</param>
internal sealed record EntityQuery(CarExportRequest Export)
{
    /// <summary>The order of blocks; other than <see cref="EntityWalk.Dag"/> it replaces scope, range and the choice about duplicates.</summary>
    public EntityWalk Walk { get; init; }

    /// <summary>Whether this goes on with a read that was counted already.</summary>
    public bool Continues { get; init; }

    /// <summary>Whether nothing but the root's block is asked for.</summary>
    public bool IsRootBlockAlone(ContentFormat format) =>
        Export.Path.Segments.Count == 0
        && (format == ContentFormat.Raw || (Export is { Scope: DagScope.Block, Bytes: null } && Walk == EntityWalk.Dag));

    /// <summary>Reads the query string.</summary>
    /// <exception cref="DataPlaneException">A value is not understood; what is merely not supported is <see cref="DataPlaneErrorCodes.NotAcceptable"/>.</exception>
    public static EntityQuery Parse(IpfsPath path, IQueryCollection query)
    {
        if ((QueryValues.Single(query, "car-order") ?? QueryValues.Single(query, "order")) is { } order and not ("dfs" or "unk"))
            throw DataPlaneRefusals.NotAcceptable($"The order '{order}' is not supported; dfs is.");
        if (QueryValues.Single(query, "car-version") is { } version and not "1")
            throw DataPlaneRefusals.NotAcceptable($"CAR version '{version}' is not supported; 1 is.");
        return Parse(
            path,
            QueryValues.Single(query, "dag-scope"),
            QueryValues.Single(query, "entity-bytes"),
            QueryValues.Single(query, "car-dups") is { } duplicates ? ParseDuplicates(duplicates) : CarDuplicates.Include) with
        {
            Walk = ParseWalk(QueryValues.Single(query, "walk")),
            Continues = QueryValues.Flag(query, "continues", fallback: false),
        };
    }

    /// <summary>The query of a request through Orleans.</summary>
    /// <exception cref="DataPlaneException">A value is not understood.</exception>
    public static EntityQuery Parse(BlockStreamRequest request)
    {
        var text = $"/ipfs/{request.Root}/{request.Path}";
        if (!IpfsPath.TryParse(text, out var path))
            throw DataPlaneRefusals.BadRequest($"'{text}' is no path.");
        return Parse(path, request.DagScope, request.EntityBytes, request.Duplicates ? CarDuplicates.Include : CarDuplicates.Omit) with
        {
            Walk = ParseWalk(request.Walk),
            Continues = request.Continues,
        };
    }

    private static EntityQuery Parse(IpfsPath path, string? scope, string? range, CarDuplicates duplicates)
    {
        var parsed = DagScope.All;
        if (scope is not null && !CarParameters.TryParseScope(scope, out parsed))
            throw DataPlaneRefusals.BadRequest($"dag-scope is '{scope}', not block, entity or all.");
        EntityBytes? bytes = null;
        if (range is not null)
            bytes = EntityBytes.TryParse(range, out var given) ? given : throw DataPlaneRefusals.BadRequest($"entity-bytes is '{range}', not from:to.");
        return new EntityQuery(new CarExportRequest(path) { Scope = parsed, Bytes = bytes, Duplicates = duplicates });
    }

    private static EntityWalk ParseWalk(string? text) => text switch
    {
        null => EntityWalk.Dag,
        DataPlaneProtocol.ListWalk => EntityWalk.List,
        DataPlaneProtocol.ExportWalk => EntityWalk.Export,
        _ => throw DataPlaneRefusals.BadRequest($"walk is '{text}', not list or export."),
    };

    private static CarDuplicates ParseDuplicates(string text) => CarParameters.TryParseDuplicates(text, out var duplicates)
        ? duplicates
        : throw DataPlaneRefusals.BadRequest($"car-dups is '{text}', not y or n.");
}
