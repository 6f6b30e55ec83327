using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace IpfsKit.Grains;

/// <summary>An error of the data plane, as RFC 9457 writes it. Which members are set depends on <see cref="Code"/>.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.DataPlaneProblem")]
public sealed record DataPlaneProblem
{
    /// <summary>How it is written: camel case, members that are null left out.</summary>
    public static JsonTypeInfo<DataPlaneProblem> JsonType => DataPlaneJson.Default.DataPlaneProblem;

    /// <summary>The HTTP status.</summary>
    [Id(0)] public int Status { get; init; }

    /// <summary>One of <see cref="DataPlaneErrorCodes"/>.</summary>
    [Id(1)] public string Code { get; init; } = DataPlaneErrorCodes.Internal;

    /// <summary>The code in words.</summary>
    [Id(2)] public string? Title { get; init; }

    /// <summary>What happened, naming the values; for people.</summary>
    [Id(3)] public string? Detail { get; init; }

    /// <summary>The CID it is about.</summary>
    [Id(4)] public string? Cid { get; init; }

    /// <summary>A block that is missing.</summary>
    [Id(5)] public string? Missing { get; init; }

    /// <summary>The path it is about.</summary>
    [Id(6)] public string? Path { get; init; }

    /// <summary>The part of the path, or the name of a limit.</summary>
    [Id(7)] public string? Segment { get; init; }

    /// <summary>The CID at which the path ended.</summary>
    [Id(8)] public string? At { get; init; }

    /// <summary>A code of the multicodec table.</summary>
    [Id(9)] public long? Value { get; init; }

    /// <summary>A size in bytes, or a count.</summary>
    [Id(10)] public long? Size { get; init; }

    /// <summary>The limit that it exceeds.</summary>
    [Id(11)] public long? Limit { get; init; }
}

/// <summary>What the data plane answers to an upload, once it is durable and committed.</summary>
public sealed record UploadReceipt
{
    /// <summary>How it is written: camel case, members that are null left out.</summary>
    public static JsonTypeInfo<UploadReceipt> JsonType => DataPlaneJson.Default.UploadReceipt;

    /// <summary>The roots: one of an added file or tree; those of a CAR in its order.</summary>
    public IReadOnlyList<UploadedRoot> Roots { get; init; } = [];

    /// <summary>The blocks that were received or made, duplicates included.</summary>
    public long Blocks { get; init; }

    /// <summary>Their bytes.</summary>
    public long BlockBytes { get; init; }
}

/// <summary>A root of an upload.</summary>
public sealed record UploadedRoot
{
    /// <summary>The CID.</summary>
    public string Cid { get; init; } = "";

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    public long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    public long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    public long Blocks { get; init; }

    /// <summary>False if the upload allowed incomplete DAGs and this is one: its blocks are here, but it is no committed root.</summary>
    public bool Committed { get; init; } = true;
}

/// <summary>How the messages of the data plane are written: camel case, members that are null left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DataPlaneProblem))]
[JsonSerializable(typeof(UploadReceipt))]
internal sealed partial class DataPlaneJson : JsonSerializerContext;
