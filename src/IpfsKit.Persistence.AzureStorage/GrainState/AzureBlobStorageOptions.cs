using Azure.Storage.Blobs;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage;

/// <summary>How grain state is kept in blobs.</summary>
public sealed class AzureBlobStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>The container; it is made if it is not there. The service id is no part of a blob's name: services need containers of their own.</summary>
    /// <value>3 to 63 small letters, digits and single hyphens between them; default <c>grainstate</c>.</value>
    public string ContainerName { get; set; } = "grainstate";

    /// <summary>Whether clearing a state deletes its blob. Otherwise the blob stays, without content, and the next write must have seen it.</summary>
    /// <value>Default true, as the official provider has it.</value>
    public bool DeleteStateOnClear { get; set; } = true;

    /// <summary>The largest serialized state; a larger one is neither written nor read: <see cref="AzureGrainStateTooLargeException"/>.</summary>
    /// <value>Bytes, 1 KiB to 1 GiB; default 256 MiB. States of more than some 64 KiB are slow with any storage.</value>
    public int MaxStateBytes { get; set; } = 256 << 20;

    /// <summary>The stage of the silo's start at which the container is made or found.</summary>
    /// <value>A <see cref="ServiceLifecycleStage"/>; default <see cref="ServiceLifecycleStage.ApplicationServices"/>, before grains are called.</value>
    public int InitStage { get; set; } = ServiceLifecycleStage.ApplicationServices;

    /// <summary>The storage account. From configuration, it is what <c>ServiceKey</c>, <c>ConnectionString</c> or <c>ConnectionName</c> names.</summary>
    /// <value>A client; default none, which stops the start.</value>
    public BlobServiceClient? BlobServiceClient { get; set; }

    /// <summary>What turns states into bytes.</summary>
    /// <value>Default: the <see cref="IGrainStorageSerializer"/> that <c>SerializerKey</c> names in configuration, else the one that is registered under the storage's name as key, else the silo's.</value>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
