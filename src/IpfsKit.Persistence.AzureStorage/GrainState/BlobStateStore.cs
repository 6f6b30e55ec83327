using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace IpfsKit.Persistence.AzureStorage.GrainState;

/// <summary>States as blobs of a container, as the official provider has them: <see cref="BlobName"/>, with the serializer's bytes as they are. A blob without content was cleared.</summary>
internal sealed class BlobStateStore(BlobContainerClient container, bool deletesOnClear, int maxStateBytes) : IStateStore<BlobClient>
{
    private const string ContentType = "application/octet-stream";

    // Larger states go in parts, which nobody sees before the last: the time that a request may take is for one of them, not for all. Only the last one knows whether the ETag still is that of the caller.
    private static readonly StorageTransferOptions Parts = new() { InitialTransferSize = 8 << 20, MaximumTransferSize = 8 << 20, MaximumConcurrency = 1 };

    /// <inheritdoc/>
    public string Description => $"container '{container.Name}'";

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken cancellationToken) => container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public BlobClient PlaceOf(string stateName, GrainId grainId)
    {
        var name = BlobName.Of(stateName, grainId);
        return BlobName.FaultOf(name) is { } fault ? throw new FormatException($"has a name that {fault}") : container.GetBlobClient(name);
    }

    /// <inheritdoc/>
    public async Task<StoredState?> ReadAsync(BlobClient place, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await place.DownloadStreamingAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            using var blob = answer.Value;
            if (blob.Details.ContentLength > maxStateBytes)
                throw new StateSizeException(blob.Details.ContentLength, maxStateBytes, "bytes");
            var bytes = new byte[blob.Details.ContentLength];
            await blob.Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return new StoredState(new BinaryData(bytes), blob.Details.ETag.ToString());
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<string> WriteAsync(BlobClient place, string? etag, BinaryData payload, CancellationToken cancellationToken)
    {
        var size = payload.ToMemory().Length;
        return size > maxStateBytes
            ? throw new StateSizeException(size, maxStateBytes, "bytes")
            : PutAsync(place, etag, payload, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string?> ClearAsync(BlobClient place, string? etag, CancellationToken cancellationToken)
    {
        if (!deletesOnClear)
            return await PutAsync(place, etag, BinaryData.Empty, cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrEmpty(etag))
        {
            // Nothing to delete, as far as the caller knows: so there must be nothing.
            return (await place.ExistsAsync(cancellationToken).ConfigureAwait(false)).Value ? throw new RequestFailedException(412, "There is a blob.") : null;
        }

        await place.DeleteAsync(DeleteSnapshotsOption.None, Condition(etag), cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    public bool IsConflict(RequestFailedException fault) => fault.Status switch
    {
        412 => fault.ErrorCode is null || fault.ErrorCode == BlobErrorCode.ConditionNotMet,
        409 => fault.ErrorCode is null || fault.ErrorCode == BlobErrorCode.BlobAlreadyExists,
        404 => fault.ErrorCode != BlobErrorCode.ContainerNotFound,
        _ => false,
    };

    private static BlobRequestConditions Condition(string? etag) =>
        string.IsNullOrEmpty(etag) ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(etag) };

    private async Task<string> PutAsync(BlobClient place, string? etag, BinaryData payload, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            Conditions = Condition(etag),
            HttpHeaders = new BlobHttpHeaders { ContentType = ContentType },
            TransferOptions = Parts,
        };
        try
        {
            return (await place.UploadAsync(payload, options, cancellationToken).ConfigureAwait(false)).Value.ETag.ToString();
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Somebody deleted it since the start, and every state with it.
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return (await place.UploadAsync(payload, options, cancellationToken).ConfigureAwait(false)).Value.ETag.ToString();
        }
    }
}
