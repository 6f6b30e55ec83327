using System.Globalization;
using System.Net;
using Orleans.Messaging;

namespace IpfsKit.TestKit.Membership;

/// <summary>What Orleans expects of a membership table, and of the list of gateways that clients read from it. Derive once for each storage.</summary>
/// <remarks>Each test has a cluster of its own, so that all may share the storage.</remarks>
public abstract class MembershipTableConformanceTests
{
    /// <summary>The cluster of this test.</summary>
    protected string ClusterId { get; } = $"cluster-{Guid.NewGuid():N}";

    /// <summary>Whether the clean-up takes every silo that is not active; the contract asks only for the dead.</summary>
    protected virtual bool CleansUpSilosThatNeverBecameActive => true;

    /// <summary>Whether a silo can be inserted with votes against it; none ever is.</summary>
    protected virtual bool InsertsVotes => true;

    /// <summary>How many writers are tried at once.</summary>
    protected virtual int Writers => 8;

    /// <summary>A cancellation token for tests.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Initialize_ByEverySiloAtOnce_MakesOneVersionRow()
    {
        var tables = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            var table = CreateTable(ClusterId);
            await table.InitializeMembershipTableAsync(true, Token);
            return table;
        }));
        foreach (var table in tables)
        {
            var data = await table.ReadAllAsync(Token);
            Assert.Empty(data.Members);
            Assert.Equal(0, data.Version.Version);
            Assert.False(string.IsNullOrEmpty(data.Version.VersionEtag));
        }
    }

    [Fact]
    public async Task Initialize_ATableInUse_ChangesNothing()
    {
        var table = await OpenAsync();
        await InsertAsync(table, Entry(1));
        var before = await table.ReadAllAsync(Token);
        await CreateTable(ClusterId).InitializeMembershipTableAsync(true, Token);
        var after = await table.ReadAllAsync(Token);
        Assert.Equal((before.Version.Version, before.Version.VersionEtag, 1), (after.Version.Version, after.Version.VersionEtag, after.Members.Count));
    }

    [Fact]
    public async Task Insert_AnEntry_IsReadWithAllOfItsParts()
    {
        var table = await OpenAsync();
        var entry = Entry(1, SiloStatus.ShuttingDown);
        if (InsertsVotes)
        {
            entry.AddSuspector(Address(2), Time(5));
            entry.AddSuspector(Address(3), Time(6));
        }

        Assert.True(await InsertAsync(table, entry));

        foreach (var data in new[] { await table.ReadAllAsync(Token), await table.ReadRowAsync(entry.SiloAddress, Token) })
        {
            Assert.Equal(1, data.Version.Version);
            AssertSame(entry, Assert.Single(data.Members).Item1);
        }
    }

    [Fact]
    public async Task ReadRow_OfAnother_IsTheVersionAndNoEntry()
    {
        var table = await OpenAsync();
        await InsertAsync(table, Entry(1));
        var data = await table.ReadRowAsync(Address(2), Token);
        Assert.Empty(data.Members);
        Assert.Equal(1, data.Version.Version);
    }

    [Fact]
    public async Task Insert_AnEntryThatIsThere_IsRefused()
    {
        var table = await OpenAsync();
        Assert.True(await InsertAsync(table, Entry(1)));
        Assert.False(await InsertAsync(table, Entry(1, SiloStatus.Dead)));
        Assert.Equal(SiloStatus.Active, Assert.Single((await table.ReadAllAsync(Token)).Members).Item1.Status);
        Assert.Equal(1, (await table.ReadAllAsync(Token)).Version.Version);
    }

    [Fact]
    public async Task Insert_WithAFormerVersion_IsRefusedAndChangesNothing()
    {
        var table = await OpenAsync();
        var former = (await table.ReadAllAsync(Token)).Version;
        Assert.True(await table.InsertRowAsync(Entry(1), former.Next(), Token));
        Assert.False(await table.InsertRowAsync(Entry(2), former.Next(), Token));
        Assert.Single((await table.ReadAllAsync(Token)).Members);
    }

    [Fact]
    public async Task Update_AnEntry_ReplacesItAndMovesTheVersion()
    {
        var table = await OpenAsync();
        var entry = Entry(1);
        await InsertAsync(table, entry);
        for (var i = 0; i < 5; i++)
        {
            var data = await table.ReadRowAsync(entry.SiloAddress, Token);
            entry.Status = i % 2 == 0 ? SiloStatus.ShuttingDown : SiloStatus.Active;
            entry.AddSuspector(Address(10 + i), Time(i));
            Assert.True(await table.UpdateRowAsync(entry, data.Members[0].Item2, data.Version.Next(), Token));
            data = await table.ReadAllAsync(Token);
            Assert.Equal(i + 2, data.Version.Version);
            AssertSame(entry, Assert.Single(data.Members).Item1);
        }
    }

    [Fact]
    public async Task Update_WithAFormerETagOrVersion_IsRefusedAndChangesNothing()
    {
        var table = await OpenAsync();
        var entry = Entry(1);
        await InsertAsync(table, entry);
        var former = await table.ReadAllAsync(Token);
        entry.Status = SiloStatus.ShuttingDown;
        Assert.True(await table.UpdateRowAsync(entry, former.Members[0].Item2, former.Version.Next(), Token));

        entry.Status = SiloStatus.Dead;
        var now = await table.ReadAllAsync(Token);
        Assert.False(await table.UpdateRowAsync(entry, now.Members[0].Item2, former.Version.Next(), Token));
        Assert.Equal(SiloStatus.ShuttingDown, (await table.ReadAllAsync(Token)).Members[0].Item1.Status);
        Assert.Equal(2, (await table.ReadAllAsync(Token)).Version.Version);
    }

    [Fact]
    public async Task Update_SeveralAtOnce_ExactlyOneWins()
    {
        var table = await OpenAsync();
        await InsertAsync(table, Entry(1));
        var data = await table.ReadAllAsync(Token);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i =>
        {
            var entry = Entry(1);
            entry.SiloName = $"writer {i}";
            return table.UpdateRowAsync(entry, data.Members[0].Item2, data.Version.Next(), Token);
        }));
        Assert.Single(outcomes, won => won);
        Assert.Equal(2, (await table.ReadAllAsync(Token)).Version.Version);
    }

    [Fact]
    public async Task Changes_ByManySilosThatTryAgain_AllHappenOneAfterTheOther()
    {
        var table = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async i =>
        {
            while (!await InsertAsync(table, Entry(i + 1)))
                Token.ThrowIfCancellationRequested();
        }));
        var data = await table.ReadAllAsync(Token);
        Assert.Equal((Writers, Writers), (data.Version.Version, data.Members.Count));
    }

    [Fact]
    public async Task UpdateIAmAlive_AtAnyTime_ChangesTheTimeAndNothingElse()
    {
        var table = await OpenAsync();
        var entry = Entry(1);
        await InsertAsync(table, entry);
        entry.AddSuspector(Address(2), Time(5));
        var inserted = await table.ReadAllAsync(Token);
        Assert.True(await table.UpdateRowAsync(entry, inserted.Members[0].Item2, inserted.Version.Next(), Token));
        var version = (await table.ReadAllAsync(Token)).Version.Version;

        entry.IAmAliveTime = Time(100);
        // Silos give no more than this.
        await table.UpdateIAmAliveAsync(new MembershipEntry { SiloAddress = entry.SiloAddress, IAmAliveTime = entry.IAmAliveTime }, Token);

        var data = await table.ReadAllAsync(Token);
        AssertSame(entry, Assert.Single(data.Members).Item1);
        Assert.Equal(version, data.Version.Version);
    }

    [Fact]
    public async Task Cleanup_OfDefunctSilos_LeavesTheActiveAndTheNew()
    {
        var table = await OpenAsync();
        var longAgo = DateTime.UtcNow.AddDays(-30);
        foreach (var (silo, status) in new[] { (1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Dead), (4, SiloStatus.Created) })
        {
            var entry = Entry(silo, status);
            (entry.StartTime, entry.IAmAliveTime) = (longAgo, longAgo);
            Assert.True(await InsertAsync(table, entry));
        }

        await table.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(-60), Token);
        Assert.Equal(4, (await table.ReadAllAsync(Token)).Members.Count);
        await table.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(1), Token);
        var left = await table.ReadAllAsync(Token);
        SiloStatus[] expected = CleansUpSilosThatNeverBecameActive ? [SiloStatus.Active] : [SiloStatus.Created, SiloStatus.Active];
        Assert.Equal(expected, left.Members.Select(member => member.Item1.Status).Order());
        // It goes on to be a table.
        Assert.True(await InsertAsync(table, Entry(5)));
    }

    [Fact]
    public async Task Delete_OfACluster_LeavesTheOthers()
    {
        var table = await OpenAsync();
        await InsertAsync(table, Entry(1));
        var other = CreateTable($"{ClusterId}-other");
        await other.InitializeMembershipTableAsync(true, Token);
        await InsertAsync(other, Entry(1));

        await table.DeleteMembershipTableEntriesAsync(ClusterId, Token);

        Assert.Single((await other.ReadAllAsync(Token)).Members);
        await table.InitializeMembershipTableAsync(true, Token);
        Assert.Empty((await table.ReadAllAsync(Token)).Members);
    }

    [Fact]
    public async Task Gateways_OfTheCluster_AreTheActiveSilosThatHaveOne()
    {
        var table = await OpenAsync();
        var withoutGateway = Entry(2);
        withoutGateway.ProxyPort = 0;
        foreach (var entry in new[] { Entry(1), withoutGateway, Entry(3, SiloStatus.Dead), Entry(4, SiloStatus.Joining), Entry(5) })
            Assert.True(await InsertAsync(table, entry));
        var other = CreateTable($"{ClusterId}-other");
        await other.InitializeMembershipTableAsync(true, Token);
        await InsertAsync(other, Entry(6));

        var gateways = CreateGateways(ClusterId);
        await gateways.InitializeGatewayListProviderAsync(Token);

        Assert.Equal([30001, 30005], (await gateways.GetGatewaysAsync(Token)).Select(gateway => gateway.Port).Order());
        Assert.True(gateways.MaxStaleness > TimeSpan.Zero);
    }

    [Fact]
    public async Task Gateways_OfAClusterThatNobodyStarted_AreNone()
    {
        await OpenAsync();
        var gateways = CreateGateways($"{ClusterId}-never");
        await gateways.InitializeGatewayListProviderAsync(Token);
        Assert.Empty(await gateways.GetGatewaysAsync(Token));
    }

    /// <summary>The table of a cluster, not initialized.</summary>
    protected abstract IMembershipTable CreateTable(string clusterId);

    /// <summary>The gateways of a cluster, not initialized.</summary>
    protected abstract IGatewayListProvider CreateGateways(string clusterId);

    /// <summary>The table of <see cref="ClusterId"/>, initialized.</summary>
    protected async Task<IMembershipTable> OpenAsync()
    {
        var table = CreateTable(ClusterId);
        await table.InitializeMembershipTableAsync(true, Token);
        return table;
    }

    /// <summary>Inserts with the version that is there.</summary>
    protected static async Task<bool> InsertAsync(IMembershipTable table, MembershipEntry entry)
    {
        ArgumentNullException.ThrowIfNull(table);
        return await table.InsertRowAsync(entry, (await table.ReadAllAsync(Token)).Version.Next(), Token);
    }

    /// <summary>The entry of a silo, by its number.</summary>
    protected static MembershipEntry Entry(int silo, SiloStatus status = SiloStatus.Active) => new()
    {
        SiloAddress = Address(silo),
        HostName = $"host-{silo}",
        SiloName = $"silo-{silo}",
        Status = status,
        ProxyPort = 30000 + silo,
        StartTime = Time(1),
        IAmAliveTime = Time(2),
        SuspectTimes = [],
    };

    /// <summary>The address of a silo, by its number.</summary>
    protected static SiloAddress Address(int silo) => SiloAddress.New(IPAddress.Loopback, 11000 + silo, 4242 + silo);

    private static DateTime Time(int seconds) => new DateTime(2026, 3, 4, 5, 6, 7, 891, DateTimeKind.Utc).AddSeconds(seconds);

    private static void AssertSame(MembershipEntry expected, MembershipEntry actual)
    {
        Assert.Equal(
            (expected.SiloAddress, expected.HostName, expected.SiloName, expected.Status, expected.ProxyPort, Text(expected.StartTime), Text(expected.IAmAliveTime)),
            (actual.SiloAddress, actual.HostName, actual.SiloName, actual.Status, actual.ProxyPort, Text(actual.StartTime), Text(actual.IAmAliveTime)));
        Assert.Equal(Votes(expected), Votes(actual));

        static IEnumerable<(SiloAddress, string)> Votes(MembershipEntry entry) => (entry.SuspectTimes ?? []).Select(vote => (vote.Item1, Text(vote.Item2)));

        // Storages keep milliseconds, and not all of them that a time is UTC.
        static string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }
}
