namespace IpfsKit.Ipld.Car;

/// <summary>The wire strings of CAR requests and responses. The form of <c>entity-bytes</c> is <see cref="UnixFs.EntityBytes"/>'s.</summary>
/// <remarks>Exact strings, as the spec has them: no other case, no whitespace. Spec: <see href="https://specs.ipfs.tech/http-gateways/trustless-gateway/"/>.</remarks>
public static class CarParameters
{
    /// <summary>Parses <c>dag-scope</c>: <c>block</c>, <c>entity</c> or <c>all</c>.</summary>
    public static bool TryParseScope(ReadOnlySpan<char> text, out DagScope scope)
    {
        (var known, scope) = text switch
        {
            "block" => (true, DagScope.Block),
            "entity" => (true, DagScope.Entity),
            "all" => (true, DagScope.All),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The wire string of a scope.</summary>
    public static string Format(DagScope scope) => scope switch
    {
        DagScope.Block => "block",
        DagScope.Entity => "entity",
        DagScope.All => "all",
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "No such scope."),
    };

    /// <summary>Parses <c>car-dups</c>: <c>y</c> or <c>n</c>.</summary>
    public static bool TryParseDuplicates(ReadOnlySpan<char> text, out CarDuplicates duplicates)
    {
        duplicates = text is "y" ? CarDuplicates.Include : CarDuplicates.Omit;
        return text is "y" or "n";
    }

    /// <summary>The wire string of a choice about duplicates.</summary>
    public static string Format(CarDuplicates duplicates) => duplicates switch
    {
        CarDuplicates.Omit => "n",
        CarDuplicates.Include => "y",
        _ => throw new ArgumentOutOfRangeException(nameof(duplicates), duplicates, "No such choice."),
    };

    /// <summary>The content type of a response of <see cref="CarExporter"/>, whose order is always depth first.</summary>
    public static string ContentType(CarDuplicates duplicates) => $"{CarWriter.MediaType}; version=1; order=dfs; dups={Format(duplicates)}";
}
