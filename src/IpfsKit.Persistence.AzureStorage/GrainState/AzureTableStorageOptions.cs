using Azure.Data.Tables;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage;

/// <summary>How grain state is kept in Azure Tables.</summary>
public sealed class AzureTableStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>The table; it is made if it is not there. Services may share it: the service id is part of its keys.</summary>
    /// <value>3 to 63 letters and digits, a letter first; default <c>OrleansGrainState</c>.</value>
    public string TableName { get; set; } = "OrleansGrainState";

    /// <summary>Whether clearing a state deletes its row. Otherwise the row stays, without content, and the next write must have seen it.</summary>
    /// <value>Default false, as the official provider has it.</value>
    public bool DeleteStateOnClear { get; set; }

    /// <summary>Whether states are written as text, which people can read in the table, and of which a row holds less: 480 Ki characters. Both are read, whatever is set.</summary>
    /// <value>Default false: as bytes, of which a state may have 960 KiB.</value>
    public bool UseStringFormat { get; set; }

    /// <summary>The stage of the silo's start at which the table is made or found.</summary>
    /// <value>A <see cref="ServiceLifecycleStage"/>; default <see cref="ServiceLifecycleStage.ApplicationServices"/>, before grains are called.</value>
    public int InitStage { get; set; } = ServiceLifecycleStage.ApplicationServices;

    /// <summary>The storage account. From configuration, it is what <c>ServiceKey</c>, <c>ConnectionString</c> or <c>ConnectionName</c> names.</summary>
    /// <value>A client; default none, which stops the start.</value>
    public TableServiceClient? TableServiceClient { get; set; }

    /// <summary>What turns states into bytes.</summary>
    /// <value>Default: the <see cref="IGrainStorageSerializer"/> that <c>SerializerKey</c> names in configuration, else the one that is registered under the storage's name as key, else the silo's.</value>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
