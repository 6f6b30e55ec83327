namespace IpfsKit.Persistence.AzureStorage;

/// <summary>What is stored cannot be read as the state of the grain. It is left as it is, and the grain does not start.</summary>
/// <remarks>The inner exception is that of the serializer, where it is one of Orleans' own kind; the message has the reason in any case.</remarks>
[GenerateSerializer, Alias("ipfskit.AzureGrainStateUnreadableException")]
public sealed class AzureGrainStateUnreadableException : AzureGrainStorageException
{
    internal AzureGrainStateUnreadableException(string message, GrainId grain, string stateName, string stateType, OrleansException? innerException)
        : base(message, grain, stateName, 0, innerException) => StateType = stateType;

    /// <summary>The name of the class that was to be read.</summary>
    [Id(0)] public string StateType { get; }
}
