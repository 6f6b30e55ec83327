using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace IpfsKit.Persistence.AzureStorage.Clustering;

/// <summary>The membership of a cluster in Azure Tables.</summary>
/// <remarks>
/// A change of a silo's row is one transaction with the row of the table's version and its copies (<see cref="MembershipRow"/>): it happens if nobody has changed the table since it was read, and not at all otherwise. That a silo says
/// that it lives moves no version.
/// </remarks>
internal sealed partial class AzureTableMembership(
    IOptions<AzureStorageClusteringOptions> options, IOptions<ClusterOptions> cluster, ILogger<AzureTableMembership> logger) : IMembershipTable
{
    /// <summary>How often a table that changes all the while is read.</summary>
    internal const int ReadAttempts = 5;

    /// <summary>The most rows of a transaction of Azure Tables.</summary>
    internal const int MaxBatchRows = 100;

    private readonly string _clusterId = cluster.Value.ClusterId;
    private readonly TableClient _table = OptionFaults.Require(options.Value.TableServiceClient, nameof(AzureStorageClusteringOptions)).GetTableClient(options.Value.TableName);

    /// <summary>How many rows a page has; tests set fewer than Azure's 1,000.</summary>
    internal int? PageRows { get; init; }

    /// <inheritdoc/>
    public async Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken)
    {
        try
        {
            await _table.CreateIfNotExistsAsync(cancellationToken).ConfigureAwait(false);
            if (tryInitTableVersion)
                await MakeVersionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (ServiceFault.Of(e) is { } fault)
        {
            throw new AzureStorageClusteringException($"Could not make or find the membership of cluster '{_clusterId}' in table '{_table.Name}': {fault.Reason}", fault.Status, e);
        }
    }

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadRowAsync(SiloAddress siloAddress, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {_clusterId} and (RowKey eq {MembershipRow.KeyOf(siloAddress)} or RowKey eq {MembershipRow.Version})");
        return ToData(await QueryAsync(filter, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < ReadAttempts; attempt++)
        {
            var rows = await ReadRowsAsync(_clusterId, cancellationToken).ConfigureAwait(false);
            if (rows.IsOneMoment())
                return ToData(rows);
        }

        throw new OrleansException(
            $"The membership of cluster '{_clusterId}' in table '{_table.Name}' could not be read: each of {ReadAttempts} times it changed between the first page and the last.");
    }

    /// <inheritdoc/>
    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken) =>
        CommitAsync(new TableTransactionAction(TableTransactionActionType.Add, MembershipRow.Of(_clusterId, entry)), tableVersion, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken) =>
        CommitAsync(new TableTransactionAction(TableTransactionActionType.UpdateReplace, MembershipRow.Of(_clusterId, entry), new ETag(etag)), tableVersion, cancellationToken);

    /// <inheritdoc/>
    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken) =>
        _table.UpdateEntityAsync(MembershipRow.OfLife(_clusterId, entry), ETag.All, TableUpdateMode.Merge, cancellationToken);

    /// <inheritdoc/>
    public async Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken)
    {
        var rows = await ReadRowsAsync(_clusterId, cancellationToken).ConfigureAwait(false);
        var defunct = rows.Rows.Where(row => MembershipRow.IsSilo(row) && row.GetString(MembershipRow.Status) != nameof(SiloStatus.Active) && row.Timestamp < beforeDate);
        foreach (var batch in defunct.Chunk(MaxBatchRows))
        {
            // Every silo cleans up from time to time: where two meet, one of them does it, and what has changed meanwhile is looked at next time.
            if (!await TryCommitAsync(Deletions(batch, row => row.ETag), cancellationToken).ConfigureAwait(false))
                LogCleanupMet(logger, _clusterId, _table.Name);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken)
    {
        var rows = await ReadRowsAsync(clusterId, cancellationToken).ConfigureAwait(false);
        foreach (var batch in rows.Rows.Chunk(MaxBatchRows))
            await _table.SubmitTransactionAsync(Deletions(batch, _ => ETag.All), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion, CancellationToken.None);

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadRowAsync(key, CancellationToken.None);

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadAll() => ReadAllAsync(CancellationToken.None);

    /// <inheritdoc/>
    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion, CancellationToken.None);

    /// <inheritdoc/>
    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => UpdateRowAsync(entry, etag, tableVersion, CancellationToken.None);

    /// <inheritdoc/>
    public Task UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, CancellationToken.None);

    /// <inheritdoc/>
    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate, CancellationToken.None);

    /// <inheritdoc/>
    public Task DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId, CancellationToken.None);

    private async Task MakeVersionAsync(CancellationToken cancellationToken)
    {
        var there = await _table.GetEntityIfExistsAsync<TableEntity>(_clusterId, MembershipRow.Version, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (there.HasValue)
            return;
        var made = await TryCommitAsync(
            [.. Versions(0).Select(row => new TableTransactionAction(TableTransactionActionType.Add, row))], cancellationToken).ConfigureAwait(false);
        if (made)
            LogMade(logger, _clusterId, _table.Name);
    }

    private static IEnumerable<TableTransactionAction> Deletions(IEnumerable<TableEntity> rows, Func<TableEntity, ETag> condition) =>
        rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, condition(row)));

    private TableEntity[] Versions(int version) =>
        [.. new[] { MembershipRow.Version, MembershipRow.First, MembershipRow.Last }.Select(key => MembershipRow.OfVersion(_clusterId, key, version))];

    private Task<bool> CommitAsync(TableTransactionAction change, TableVersion version, CancellationToken cancellationToken)
    {
        var rows = Versions(version.Version);
        return TryCommitAsync(
            [
                change,
                new TableTransactionAction(TableTransactionActionType.UpdateReplace, rows[0], new ETag(version.VersionEtag)),
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, rows[1]),
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, rows[2]),
            ],
            cancellationToken);
    }

    /// <summary>Commits, or says that the table is not what the caller took it for.</summary>
    private async Task<bool> TryCommitAsync(IEnumerable<TableTransactionAction> changes, CancellationToken cancellationToken)
    {
        try
        {
            await _table.SubmitTransactionAsync(changes, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException e) when (TableFaults.IsConflict(e))
        {
            LogConflict(logger, _clusterId, _table.Name, e.Status, e.ErrorCode);
            return false;
        }
    }

    private Task<MembershipRows> ReadRowsAsync(string clusterId, CancellationToken cancellationToken) =>
        QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {clusterId}"), cancellationToken);

    private async Task<MembershipRows> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        var rows = new List<TableEntity>();
        var pages = 0;
        await foreach (var page in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).AsPages(pageSizeHint: PageRows).ConfigureAwait(false))
        {
            rows.AddRange(page.Values);
            pages++;
        }

        return new MembershipRows(rows, pages <= 1);
    }

    private MembershipTableData ToData(MembershipRows rows)
    {
        var version = rows.Version
            ?? throw new KeyNotFoundException($"Table '{_table.Name}' has no version of the membership of cluster '{_clusterId}': no silo of it has started, or its rows were deleted.");
        var entries = new List<Tuple<MembershipEntry, string>>();
        foreach (var row in rows.Rows.Where(MembershipRow.IsSilo))
        {
            try
            {
                entries.Add(Tuple.Create(MembershipRow.Parse(row), row.ETag.ToString()));
            }
            catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException or ArgumentException)
            {
                // One damaged row must not keep a whole cluster from knowing its members.
                LogDamaged(logger, e, row.RowKey, _clusterId, _table.Name);
            }
        }

        return new MembershipTableData(entries, version);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Made the membership of cluster {ClusterId} in table {Table}.")]
    private static partial void LogMade(ILogger logger, string clusterId, string table);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The membership of cluster {ClusterId} in table {Table} was changed by another silo first: {Status} {ErrorCode}.")]
    private static partial void LogConflict(ILogger logger, string clusterId, string table, int status, string? errorCode);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Another silo changes or cleans up the membership of cluster {ClusterId} in table {Table} at the same time.")]
    private static partial void LogCleanupMet(ILogger logger, string clusterId, string table);

    [LoggerMessage(Level = LogLevel.Error, Message = "The row {Row} of cluster {ClusterId} in table {Table} is damaged, and left out.")]
    private static partial void LogDamaged(ILogger logger, Exception exception, string row, string clusterId, string table);
}
