namespace IpfsKit.Grains.Serialization;

/// <summary>Stored bytes cannot be read as the state of a grain. They are left as they are, and the grain does not start.</summary>
[GenerateSerializer, Alias("ipfskit.GrainStateException")]
public abstract class GrainStateException : OrleansException
{
    private protected GrainStateException(string reason, string stateType, GrainId? grain, string? stateName, Exception? innerException)
        : base($"{(grain is null ? $"Stored bytes of a {stateType}" : $"The state '{stateName}' of grain {grain}")} cannot be read: {reason} Nothing was changed.", innerException!)
    {
        StateType = stateType;
        Grain = grain;
        StateName = stateName;
    }

    /// <summary>The name of the class that was to be read.</summary>
    [Id(0)] public string StateType { get; }

    /// <summary>The grain, where the storage said so.</summary>
    [Id(1)] public GrainId? Grain { get; }

    /// <summary>The name of the state, where the storage said so.</summary>
    [Id(2)] public string? StateName { get; }

    /// <summary>The same, with the grain named: what a storage throws for what its serializer threw.</summary>
    public abstract GrainStateException Of(GrainId grain, string stateName);
}
