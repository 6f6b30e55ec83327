using Azure;
using Azure.Data.Tables;

namespace IpfsKit.Persistence.AzureStorage.GrainState;

/// <summary>States as rows of a table, as the official provider has them.</summary>
/// <remarks>The key of the partition is <c>service id _ grain id</c>, that of the row the state's name, both as <see cref="TableKey.Of"/>; the columns are <see cref="TableState"/>'s.</remarks>
internal sealed class TableStateStore(TableClient table, string serviceId, bool deletesOnClear, bool writesText) : IStateStore<TablePlace>
{
    private static readonly string[] NoColumns = [nameof(TableEntity.PartitionKey)];

    /// <inheritdoc/>
    public string Description => $"table '{table.Name}'";

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken cancellationToken) => table.CreateIfNotExistsAsync(cancellationToken);

    /// <inheritdoc/>
    public TablePlace PlaceOf(string stateName, GrainId grainId)
    {
        var place = new TablePlace(TableKey.Of($"{serviceId}_{grainId}"), TableKey.Of(stateName));
        return (TableKey.FaultOf(place.Partition) ?? TableKey.FaultOf(place.Row)) is { } fault ? throw new FormatException($"has a key that {fault}") : place;
    }

    /// <inheritdoc/>
    public async Task<StoredState?> ReadAsync(TablePlace place, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(place.Partition, place.Row, cancellationToken: cancellationToken).ConfigureAwait(false);
        return found.HasValue ? new StoredState(TableState.Read(found.Value!), found.Value!.ETag.ToString()) : null;
    }

    /// <inheritdoc/>
    public Task<string> WriteAsync(TablePlace place, string? etag, BinaryData payload, CancellationToken cancellationToken)
    {
        var row = place.ToEntity();
        TableState.Write(row, payload, writesText);
        return PutAsync(row, etag, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string?> ClearAsync(TablePlace place, string? etag, CancellationToken cancellationToken)
    {
        if (!deletesOnClear)
            return await PutAsync(place.ToEntity(), etag, cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrEmpty(etag))
        {
            // Nothing to delete, as far as the caller knows: so there must be nothing.
            var found = await table.GetEntityIfExistsAsync<TableEntity>(place.Partition, place.Row, NoColumns, cancellationToken).ConfigureAwait(false);
            return found.HasValue ? throw new RequestFailedException(412, "There is a row.") : null;
        }

        var deleted = await table.DeleteEntityAsync(place.Partition, place.Row, new ETag(etag), cancellationToken).ConfigureAwait(false);
        // The SDK takes 404 for done.
        return deleted.Status == 404 ? throw new RequestFailedException(deleted) : null;
    }

    /// <inheritdoc/>
    public bool IsConflict(RequestFailedException fault) => TableFaults.IsConflict(fault);

    private async Task<string> PutAsync(TableEntity row, string? etag, CancellationToken cancellationToken)
    {
        var done = string.IsNullOrEmpty(etag)
            ? await table.AddEntityAsync(row, cancellationToken).ConfigureAwait(false)
            : await table.UpdateEntityAsync(row, new ETag(etag), TableUpdateMode.Replace, cancellationToken).ConfigureAwait(false);
        return done.Headers.ETag.GetValueOrDefault().ToString();
    }
}

/// <summary>Where a row is.</summary>
internal readonly record struct TablePlace(string Partition, string Row)
{
    public TableEntity ToEntity() => new(Partition, Row);
}
