namespace IpfsKit.Persistence.AzureStorage;

/// <summary>A state is larger than its place allows. Nothing was sent, and what was stored before is still there.</summary>
[GenerateSerializer, Alias("ipfskit.AzureGrainStateTooLargeException")]
public sealed class AzureGrainStateTooLargeException : AzureGrainStorageException
{
    internal AzureGrainStateTooLargeException(string message, GrainId grain, string stateName, long size, long maxSize)
        : base(message, grain, stateName)
    {
        Size = size;
        MaxSize = maxSize;
    }

    /// <summary>Its size: in bytes, or in characters where a table keeps text.</summary>
    [Id(0)] public long Size { get; }

    /// <summary>What is allowed, in the same unit.</summary>
    [Id(1)] public long MaxSize { get; }
}
