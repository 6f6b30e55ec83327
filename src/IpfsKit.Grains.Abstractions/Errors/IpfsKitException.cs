namespace IpfsKit.Grains;

/// <summary>The base of what the cluster can answer instead of content.</summary>
[GenerateSerializer, Alias("ipfskit.IpfsKitException")]
public class IpfsKitException : Exception
{
    /// <summary>Says what happened.</summary>
    public IpfsKitException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
