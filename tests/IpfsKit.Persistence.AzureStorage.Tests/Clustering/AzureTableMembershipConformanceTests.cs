using IpfsKit.Persistence.AzureStorage.Clustering;
using IpfsKit.TestKit.Membership;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace IpfsKit.Persistence.AzureStorage.Tests.Clustering;

/// <summary>Membership in a table.</summary>
public class AzureTableMembershipConformanceTests(AzureStorage azure) : MembershipTableConformanceTests
{
    protected virtual int? PageRows => null;

    protected override IMembershipTable CreateTable(string clusterId) => Membership.Table(azure, "membership", clusterId, PageRows);

    protected override IGatewayListProvider CreateGateways(string clusterId) => Membership.Gateways(azure, "membership", clusterId);
}

/// <summary>The same where everything comes in pages of two rows, as if the cluster were large.</summary>
public sealed class PagedMembershipConformanceTests(AzureStorage azure) : AzureTableMembershipConformanceTests(azure)
{
    protected override int? PageRows => 2;

    // Each writer makes the others read again.
    protected override int Writers => 4;
}

/// <summary>Makes what is tested.</summary>
internal static class Membership
{
    public static AzureTableMembership Table(AzureStorage azure, string table, string clusterId, int? pageRows = null) => new(
        Options.Create(new AzureStorageClusteringOptions { TableServiceClient = azure.Tables, TableName = table }),
        Options.Create(new ClusterOptions { ClusterId = clusterId }),
        NullLogger<AzureTableMembership>.Instance)
    { PageRows = pageRows };

    public static AzureTableGateways Gateways(AzureStorage azure, string table, string clusterId) => new(
        Options.Create(new AzureStorageGatewayOptions { TableServiceClient = azure.Tables, TableName = table }),
        Options.Create(new ClusterOptions { ClusterId = clusterId }),
        Options.Create(new GatewayOptions()));
}
