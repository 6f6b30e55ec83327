namespace IpfsKit.Grains.Serialization;

/// <summary>Stored bytes are not what <see cref="VersionedGrainStateSerializer"/> writes, or not the state that they were to be read as.</summary>
[GenerateSerializer, Alias("ipfskit.GrainStateFormatException")]
public sealed class GrainStateFormatException : GrainStateException
{
    internal GrainStateFormatException(string stateType, string reason, GrainId? grain = null, string? stateName = null, Exception? innerException = null)
        : base(reason, stateType, grain, stateName, innerException) => Reason = reason;

    /// <summary>What is wrong with them.</summary>
    [Id(0)] public string Reason { get; }

    /// <inheritdoc/>
    public override GrainStateException Of(GrainId grain, string stateName) =>
        new GrainStateFormatException(StateType, Reason, grain, stateName, InnerException);
}
