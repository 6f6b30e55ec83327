namespace IpfsKit.Persistence.AzureStorage.GrainState;

/// <summary>Checks <see cref="AzureBlobStorageOptions"/> at the start of a silo: all faults at once, each with the setting and the value seen.</summary>
internal sealed class AzureBlobStorageValidator(string name, AzureBlobStorageOptions options) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var faults = new OptionFaults(nameof(AzureBlobStorageOptions));
        faults.CheckClient(options.BlobServiceClient is not null, nameof(options.BlobServiceClient));
        faults.CheckContainerName(nameof(options.ContainerName), options.ContainerName);
        faults.Check(options.MaxStateBytes is >= 1 << 10 and <= 1 << 30, nameof(options.MaxStateBytes), options.MaxStateBytes, "1 KiB to 1 GiB");
        faults.ThrowIfAny($"The Azure blob grain storage '{name}' cannot be used");
    }
}
