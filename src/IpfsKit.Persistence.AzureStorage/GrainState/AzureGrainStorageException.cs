namespace IpfsKit.Persistence.AzureStorage;

/// <summary>Grain state could not be read, written or cleared: the account, the network, a key or a limit is in the way.</summary>
/// <remarks>What was to be written was not acknowledged; where the answer was lost, it may have happened all the same, and then the next write of this activation is refused with <see cref="Orleans.Storage.InconsistentStateException"/>.</remarks>
[GenerateSerializer, Alias("ipfskit.AzureGrainStorageException")]
public class AzureGrainStorageException : OrleansException
{
    internal AzureGrainStorageException(string message, GrainId? grain, string? stateName, int status = 0, Exception? innerException = null)
        : base(message, innerException!)
    {
        Grain = grain;
        StateName = stateName;
        Status = status;
    }

    /// <summary>The grain; null where it is about the storage as a whole.</summary>
    [Id(0)] public GrainId? Grain { get; }

    /// <summary>The name of the state; null where it is about the storage as a whole.</summary>
    [Id(1)] public string? StateName { get; }

    /// <summary>The HTTP status with which Azure Storage has answered, or 0 where it has not.</summary>
    [Id(2)] public int Status { get; }
}
