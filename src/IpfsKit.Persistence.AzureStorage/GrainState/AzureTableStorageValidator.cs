namespace IpfsKit.Persistence.AzureStorage.GrainState;

/// <summary>Checks <see cref="AzureTableStorageOptions"/> at the start of a silo: all faults at once, each with the setting and the value seen.</summary>
internal sealed class AzureTableStorageValidator(string name, AzureTableStorageOptions options) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var faults = new OptionFaults(nameof(AzureTableStorageOptions));
        faults.CheckClient(options.TableServiceClient is not null, nameof(options.TableServiceClient));
        faults.CheckTableName(nameof(options.TableName), options.TableName);
        faults.ThrowIfAny($"The Azure table grain storage '{name}' cannot be used");
    }
}
