using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>A data plane refused a request, or failed, for a reason that has no exception of its own.</summary>
[GenerateSerializer, Alias("ipfskit.DataPlaneException")]
public sealed class DataPlaneException(string code, string message, int status = 500, Exception? innerException = null)
    : IpfsKitException(message, innerException)
{
    /// <summary>One of <see cref="DataPlaneErrorCodes"/>.</summary>
    [Id(0)] public string Code { get; } = code;

    /// <summary>The HTTP status that goes with it.</summary>
    [Id(1)] public int Status { get; } = status;
}

/// <summary>A silo refused a stream of blocks, or broke it off, for the reason that its data plane would give.</summary>
[GenerateSerializer, Alias("ipfskit.BlockStreamRefusedException")]
public sealed class BlockStreamRefusedException(DataPlaneProblem problem) : IpfsKitException(problem?.Detail ?? DataPlaneErrorCodes.Internal)
{
    /// <summary>The reason.</summary>
    [Id(0)] public DataPlaneProblem Problem { get; } = problem!;
}

/// <summary>A silo turned a request away because it is at a limit; it may be repeated.</summary>
[GenerateSerializer, Alias("ipfskit.NodeBusyException")]
public sealed class NodeBusyException(string message, TimeSpan retryAfter) : IpfsKitException(message)
{
    /// <summary>How long the silo asks to wait.</summary>
    [Id(0)] public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>A root cannot be committed because a block that it reaches is missing.</summary>
[GenerateSerializer, Alias("ipfskit.IncompleteDagException")]
public sealed class IncompleteDagException(Cid root, Cid missing)
    : IpfsKitException($"The DAG under {root} is incomplete: block {missing} is missing.")
{
    /// <summary>The root.</summary>
    [Id(0)] public Cid Root { get; } = root;

    /// <summary>One of the missing blocks.</summary>
    [Id(1)] public Cid Missing { get; } = missing;
}

/// <summary>An upload is larger than was allowed; nothing of it is visible.</summary>
[GenerateSerializer, Alias("ipfskit.UploadTooLargeException")]
public sealed class UploadTooLargeException(long limit)
    : IpfsKitException($"The upload is larger than the {limit} bytes that were allowed.")
{
    /// <summary>The bytes allowed.</summary>
    [Id(0)] public long Limit { get; } = limit;
}
