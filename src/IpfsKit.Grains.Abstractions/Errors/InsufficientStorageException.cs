namespace IpfsKit.Grains;

/// <summary>The silo has no room for an upload; nothing was acknowledged. Its message names the bytes needed and available.</summary>
[GenerateSerializer, Alias("ipfskit.InsufficientStorageException")]
public sealed class InsufficientStorageException(string message) : IpfsKitException(message);
