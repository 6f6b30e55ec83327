namespace IpfsKit.Persistence.AzureStorage;

/// <summary>The membership of a cluster could not be made or found: the account, the network or a permission is in the way. The silo does not start.</summary>
[GenerateSerializer, Alias("ipfskit.AzureStorageClusteringException")]
public sealed class AzureStorageClusteringException : OrleansException
{
    internal AzureStorageClusteringException(string message, int status, Exception innerException)
        : base(message, innerException) => Status = status;

    /// <summary>The HTTP status with which Azure Storage has answered, or 0 where it has not.</summary>
    [Id(0)] public int Status { get; }
}
