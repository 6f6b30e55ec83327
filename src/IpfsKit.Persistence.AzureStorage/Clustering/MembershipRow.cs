using System.Globalization;
using System.Net;
using Azure.Data.Tables;

namespace IpfsKit.Persistence.AzureStorage.Clustering;

/// <summary>Rows of the membership table, as the official provider has them: every column is text.</summary>
/// <remarks>
/// <para>A cluster is the partition named like its cluster id. In it are a row <c>address-port-generation</c> for each silo, the row <c>VersionRow</c>, and two copies of its version, <see cref="First"/> and
/// <see cref="Last"/>, which sort before and after all others: a read of several pages that finds the same version in both has seen one state of the table.</para>
/// <para>Times are <c>yyyy-MM-dd HH:mm:ss.fff GMT</c>. Who suspects a silo, and since when, are two lists in step with each other, joined by <c>|</c>.</para>
/// </remarks>
internal static class MembershipRow
{
    public const string Version = "VersionRow";
    public const string First = "!Start";
    public const string Last = "~End";

    public const string MembershipVersion = "MembershipVersion";
    public const string Status = "Status";
    public const string Address = "Address";
    public const string Generation = "Generation";
    public const string ProxyPort = "ProxyPort";

    private const string DeploymentId = "DeploymentId";
    private const string Port = "Port";
    private const string HostName = "HostName";
    private const string RoleName = "RoleName";
    private const string SiloName = "SiloName";
    private const string InstanceName = "InstanceName";
    private const string UpdateZone = "UpdateZone";
    private const string FaultZone = "FaultZone";
    private const string SuspectingSilos = "SuspectingSilos";
    private const string SuspectingTimes = "SuspectingTimes";
    private const string StartTime = "StartTime";
    private const string IAmAliveTime = "IAmAliveTime";

    /// <summary>The key of a silo's row.</summary>
    public static string KeyOf(SiloAddress silo) => string.Create(CultureInfo.InvariantCulture, $"{silo.Endpoint.Address}-{silo.Endpoint.Port}-{silo.Generation}");

    /// <summary>Whether a row is of a silo.</summary>
    public static bool IsSilo(TableEntity row) => row.RowKey is not (Version or First or Last);

    /// <summary>The row of the table's version, or one of its copies.</summary>
    public static TableEntity OfVersion(string clusterId, string key, int version)
    {
        var row = new TableEntity(clusterId, key) { [DeploymentId] = clusterId, [MembershipVersion] = Text(version) };
        // Silos of older versions take a copy for a silo, and would clean it up if it were not active.
        if (key != Version)
            row[Status] = nameof(SiloStatus.Active);
        return row;
    }

    /// <summary>The row of a silo.</summary>
    public static TableEntity Of(string clusterId, MembershipEntry entry)
    {
        var votes = entry.SuspectTimes ?? [];
        var row = new TableEntity(clusterId, KeyOf(entry.SiloAddress))
        {
            [DeploymentId] = clusterId,
            [Address] = entry.SiloAddress.Endpoint.Address.ToString(),
            [Port] = Text(entry.SiloAddress.Endpoint.Port),
            [Generation] = Text(entry.SiloAddress.Generation),
            [HostName] = entry.HostName,
            [Status] = entry.Status.ToString(),
            [ProxyPort] = Text(entry.ProxyPort),
            [SiloName] = entry.SiloName,
            // The name that silos of older versions read.
            [InstanceName] = entry.SiloName,
            [UpdateZone] = Text(entry.UpdateZone),
            [FaultZone] = Text(entry.FaultZone),
            [SuspectingSilos] = string.Join('|', votes.Select(vote => vote.Item1.ToParsableString())),
            [SuspectingTimes] = string.Join('|', votes.Select(vote => LogFormatter.PrintDate(vote.Item2))),
            [StartTime] = LogFormatter.PrintDate(entry.StartTime),
            [IAmAliveTime] = LogFormatter.PrintDate(entry.IAmAliveTime),
        };
        if (entry.RoleName is not null)
            row[RoleName] = entry.RoleName;
        return row;
    }

    /// <summary>What is merged into a silo's row to say that it lives.</summary>
    public static TableEntity OfLife(string clusterId, MembershipEntry entry) => new(clusterId, KeyOf(entry.SiloAddress))
    {
        [DeploymentId] = clusterId,
        [IAmAliveTime] = LogFormatter.PrintDate(entry.IAmAliveTime),
    };

    /// <summary>The entry of a silo's row.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static MembershipEntry Parse(TableEntity row)
    {
        var entry = new MembershipEntry
        {
            SiloAddress = SiloAddress.New(IPAddress.Parse(row.GetString(Address) ?? throw new FormatException("It has no address.")), Number(row, Port), Number(row, Generation)),
            HostName = row.GetString(HostName),
            Status = Enum.TryParse<SiloStatus>(row.GetString(Status), out var status) ? status : throw new FormatException($"It has the status '{row.GetString(Status)}'."),
            ProxyPort = Number(row, ProxyPort),
            RoleName = row.GetString(RoleName),
            SiloName = row.GetString(SiloName) is { Length: > 0 } name ? name : row.GetString(InstanceName),
            UpdateZone = Number(row, UpdateZone),
            FaultZone = Number(row, FaultZone),
            StartTime = Time(row, StartTime),
            IAmAliveTime = Time(row, IAmAliveTime),
        };
        var (silos, times) = (List(row, SuspectingSilos), List(row, SuspectingTimes));
        if (silos.Length != times.Length)
            throw new FormatException($"It has {silos.Length} silos that suspect it, and {times.Length} times since when.");
        foreach (var (silo, time) in silos.Zip(times))
            entry.AddSuspector(SiloAddress.FromParsableString(silo), LogFormatter.ParseDate(time));
        return entry;
    }

    /// <summary>A number, or 0 where there is none.</summary>
    public static int Number(TableEntity row, string column) => row.GetString(column) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;

    private static DateTime Time(TableEntity row, string column) => row.GetString(column) is { Length: > 0 } text ? LogFormatter.ParseDate(text) : default;

    private static string[] List(TableEntity row, string column) => row.GetString(column)?.Split('|', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
