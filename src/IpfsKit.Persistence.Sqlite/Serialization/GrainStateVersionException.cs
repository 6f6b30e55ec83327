namespace IpfsKit.Grains.Serialization;

/// <summary>A state was written by a newer version of the software.</summary>
[GenerateSerializer, Alias("ipfskit.GrainStateVersionException")]
public sealed class GrainStateVersionException : GrainStateException
{
    internal GrainStateVersionException(string stateType, int foundVersion, int supportedVersion, GrainId? grain = null, string? stateName = null)
        : base(
            $"It has version {foundVersion} of {stateType}; this software understands versions up to {supportedVersion}. Upgrade it.",
            stateType, grain, stateName, null)
    {
        FoundVersion = foundVersion;
        SupportedVersion = supportedVersion;
    }

    /// <summary>The version that is stored.</summary>
    [Id(0)] public int FoundVersion { get; }

    /// <summary>The newest version that is understood.</summary>
    [Id(1)] public int SupportedVersion { get; }

    /// <inheritdoc/>
    public override GrainStateException Of(GrainId grain, string stateName) =>
        new GrainStateVersionException(StateType, FoundVersion, SupportedVersion, grain, stateName);
}
