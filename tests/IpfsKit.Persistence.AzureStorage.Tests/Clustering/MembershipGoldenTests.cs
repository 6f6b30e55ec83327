using System.Net;
using Azure.Data.Tables;

namespace IpfsKit.Persistence.AzureStorage.Tests.Clustering;

/// <summary>The rows are those of Microsoft.Orleans.Clustering.AzureStorage.</summary>
public sealed class MembershipGoldenTests(AzureStorage azure)
{
    private static readonly DateTime Time = new(2026, 3, 4, 5, 6, 7, 89, DateTimeKind.Utc);

    private readonly string _name = AzureStorage.NewTableName();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TableClient Table => azure.Tables.GetTableClient(_name);

    [Fact]
    public void Defaults_OfTheOptions_AreTheOfficial()
    {
        Assert.Equal("OrleansSiloInstances", new AzureStorageClusteringOptions().TableName);
        Assert.Equal("OrleansSiloInstances", new AzureStorageGatewayOptions().TableName);
    }

    [Fact]
    public async Task Rows_OfACluster_AreTheOfficial()
    {
        var membership = Membership.Table(azure, _name, "my cluster");
        await membership.InitializeMembershipTableAsync(true, Token);
        Assert.Equal(
            [
                "my cluster|!Start|DeploymentId=my cluster|MembershipVersion=0|Status=Active",
                "my cluster|VersionRow|DeploymentId=my cluster|MembershipVersion=0",
                "my cluster|~End|DeploymentId=my cluster|MembershipVersion=0|Status=Active",
            ],
            await RowsAsync());

        var entry = Entry();
        await membership.InsertRowAsync(entry, (await membership.ReadAllAsync(Token)).Version.Next(), Token);
        var first = await RowsAsync();
        entry.Status = SiloStatus.Dead;
        entry.RoleName = "role";
        entry.AddSuspector(SiloAddress.New(IPAddress.Parse("10.0.0.2"), 11112, 5), Time.AddMinutes(1));
        entry.AddSuspector(SiloAddress.New(IPAddress.Parse("fd00::3"), 11113, 6), Time.AddMinutes(2));
        var data = await membership.ReadAllAsync(Token);
        await membership.UpdateRowAsync(entry, data.Members[0].Item2, data.Version.Next(), Token);

        const string Start = "my cluster|10.0.0.1-11111-42|Address=10.0.0.1|DeploymentId=my cluster|FaultZone=4|Generation=42|HostName=host|IAmAliveTime=2026-03-04 05:06:08.089 GMT|InstanceName=silo";
        const string Times = "SiloName=silo|StartTime=2026-03-04 05:06:07.089 GMT";
        Assert.Equal(
            [
                "my cluster|!Start|DeploymentId=my cluster|MembershipVersion=1|Status=Active",
                $"{Start}|Port=11111|ProxyPort=30000|{Times}|Status=Active|SuspectingSilos=|SuspectingTimes=|UpdateZone=3",
                "my cluster|VersionRow|DeploymentId=my cluster|MembershipVersion=1",
                "my cluster|~End|DeploymentId=my cluster|MembershipVersion=1|Status=Active",
            ],
            first);
        Assert.Equal(
            $"{Start}|Port=11111|ProxyPort=30000|RoleName=role|{Times}|Status=Dead|SuspectingSilos=10.0.0.2:11112@5|fd00::3:11113@6"
                + "|SuspectingTimes=2026-03-04 05:07:07.089 GMT|2026-03-04 05:08:07.089 GMT|UpdateZone=3",
            (await RowsAsync())[1].Replace("[fd00::3]", "fd00::3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_RowsOfAnOlderOfficialSilo_AreItsEntries()
    {
        var membership = Membership.Table(azure, _name, "old");
        await Table.CreateIfNotExistsAsync(Token);
        // No copies of the version, only the old name of the silo's, and columns that are not there.
        await Table.AddEntityAsync(new TableEntity("old", "VersionRow") { ["DeploymentId"] = "old", ["MembershipVersion"] = "17" }, Token);
        await Table.AddEntityAsync(
            new TableEntity("old", "10.0.0.1-11111-42")
            {
                ["DeploymentId"] = "old",
                ["Address"] = "10.0.0.1",
                ["Port"] = "11111",
                ["Generation"] = "42",
                ["HostName"] = "host",
                ["Status"] = "Active",
                ["ProxyPort"] = "30000",
                ["InstanceName"] = "silo",
            },
            Token);

        var data = await membership.ReadAllAsync(Token);
        var entry = Assert.Single(data.Members).Item1;
        Assert.Equal((17, "silo", SiloStatus.Active, 30000, default), (data.Version.Version, entry.SiloName, entry.Status, entry.ProxyPort, entry.IAmAliveTime));
        Assert.Single(await Membership.Gateways(azure, _name, "old").GetGatewaysAsync(Token));
        // The first change makes the copies.
        Assert.True(await membership.UpdateRowAsync(entry, data.Members[0].Item2, data.Version.Next(), Token));
        Assert.Contains("old|~End|DeploymentId=old|MembershipVersion=18|Status=Active", await RowsAsync());
    }

    [Fact]
    public async Task Read_ADamagedRow_IsLeftOut()
    {
        var membership = Membership.Table(azure, _name, "c");
        await membership.InitializeMembershipTableAsync(true, Token);
        await membership.InsertRowAsync(Entry(), (await membership.ReadAllAsync(Token)).Version.Next(), Token);
        await Table.AddEntityAsync(new TableEntity("c", "10.0.0.9-1-1") { ["Address"] = "nowhere", ["Status"] = "Active" }, Token);
        await Table.AddEntityAsync(new TableEntity("c", "10.0.0.9-1-2") { ["Address"] = "10.0.0.9", ["Status"] = 3 }, Token);
        Assert.Equal("silo", Assert.Single((await membership.ReadAllAsync(Token)).Members).Item1.SiloName);
    }

    [Fact]
    public async Task Read_WithoutAVersion_SaysWhichTableAndCluster()
    {
        var membership = Membership.Table(azure, _name, "c");
        await membership.InitializeMembershipTableAsync(false, Token);
        var missing = await Assert.ThrowsAsync<KeyNotFoundException>(() => membership.ReadAllAsync(Token));
        Assert.Contains($"'{_name}'", missing.Message, StringComparison.Ordinal);
        Assert.Contains("'c'", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateways_ThereIsNoTable_AreNone()
    {
        var gateways = Membership.Gateways(azure, _name, "c");
        await gateways.InitializeGatewayListProvider();
        Assert.Empty(await gateways.GetGatewaysAsync(Token));
    }

    private static MembershipEntry Entry() => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Parse("10.0.0.1"), 11111, 42),
        HostName = "host",
        SiloName = "silo",
        Status = SiloStatus.Active,
        ProxyPort = 30000,
        UpdateZone = 3,
        FaultZone = 4,
        StartTime = Time,
        IAmAliveTime = Time.AddSeconds(1),
    };

    private async Task<List<string>> RowsAsync() => await Table.QueryAsync<TableEntity>(cancellationToken: Token)
        .Select(row => $"{row.PartitionKey}|{row.RowKey}|" + string.Join('|', row.Keys.Except(["PartitionKey", "RowKey", "Timestamp", "odata.etag"]).Order(StringComparer.Ordinal).Select(column => $"{column}={row[column]}")))
        .ToListAsync(Token);
}
