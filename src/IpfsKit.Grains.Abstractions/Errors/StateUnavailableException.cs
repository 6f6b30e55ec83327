namespace IpfsKit.Grains;

/// <summary>What the cluster knows of its content could not be read or written: grain storage, or a node's own, is down. Nothing was acknowledged; the call may be repeated.</summary>
[GenerateSerializer, Alias("ipfskit.StateUnavailableException")]
public sealed class StateUnavailableException(string message) : IpfsKitException(message);
