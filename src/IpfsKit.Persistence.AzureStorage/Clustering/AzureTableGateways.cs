using System.Net;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace IpfsKit.Persistence.AzureStorage.Clustering;

/// <summary>The gateways of a cluster, for clients: its active silos that have one. Only reads, so that a client needs no more than a key for that.</summary>
internal sealed class AzureTableGateways(
    IOptions<AzureStorageGatewayOptions> options, IOptions<ClusterOptions> cluster, IOptions<GatewayOptions> gateways) : IGatewayListProvider
{
    private static readonly string[] Columns = [MembershipRow.Address, MembershipRow.ProxyPort, MembershipRow.Generation];

    private readonly TableClient _table = OptionFaults.Require(options.Value.TableServiceClient, nameof(AzureStorageGatewayOptions)).GetTableClient(options.Value.TableName);

    /// <inheritdoc/>
    public TimeSpan MaxStaleness => gateways.Value.GatewayListRefreshPeriod;

    /// <inheritdoc/>
    public bool IsUpdatable => true;

    /// <inheritdoc/>
    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<IList<Uri>> GetGateways() => GetGatewaysAsync(CancellationToken.None);

    /// <inheritdoc/>
    public async Task<IList<Uri>> GetGatewaysAsync(CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {cluster.Value.ClusterId} and Status eq {nameof(SiloStatus.Active)} and ProxyPort ne {"0"}");
        var found = new List<Uri>();
        try
        {
            await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: Columns, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                // The copies of the version are active, too.
                if (IPAddress.TryParse(row.GetString(MembershipRow.Address), out var address))
                    found.Add(SiloAddress.New(address, MembershipRow.Number(row, MembershipRow.ProxyPort), MembershipRow.Number(row, MembershipRow.Generation)).ToGatewayUri());
            }
        }
        catch (RequestFailedException e) when (TableFaults.IsTableMissing(e))
        {
            // No silo has started yet; it makes the table.
        }

        return found;
    }
}
