using Microsoft.AspNetCore.Http;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Values of query strings, each of which may be there once.</summary>
internal static class QueryValues
{
    /// <summary>The only value of a parameter, or null.</summary>
    /// <exception cref="DataPlaneException">It is there more than once.</exception>
    public static string? Single(IQueryCollection query, string name) => query[name] switch
    {
        { Count: 0 } => null,
        [var value] => value ?? "",
        _ => throw DataPlaneRefusals.BadRequest($"{name} is given more than once."),
    };

    /// <summary>The write concern that an upload asks for; none if it says nothing.</summary>
    /// <exception cref="DataPlaneException">It is none.</exception>
    public static WriteConcern Concern(IQueryCollection query) => Single(query, "write-concern") switch
    {
        null => default,
        var text when WriteConcern.TryParse(text, out var concern) => concern,
        var other => throw DataPlaneRefusals.BadRequest($"write-concern is '{other}', neither a number from 1 to {WriteConcern.MaxCopies} nor majority."),
    };

    /// <summary>A flag: y, n, true or false; present without a value is true.</summary>
    /// <exception cref="DataPlaneException">It is something else.</exception>
    public static bool Flag(IQueryCollection query, string name, bool fallback) => Single(query, name) switch
    {
        null => fallback,
        "" or "y" or "true" => true,
        "n" or "false" => false,
        var other => throw DataPlaneRefusals.BadRequest($"{name} is '{other}', not y or n."),
    };
}
