using System.Globalization;
using Azure.Data.Tables;

namespace IpfsKit.Persistence.AzureStorage.Clustering;

/// <summary>All rows of a cluster, as they came.</summary>
/// <param name="Rows">The rows, in the order of their keys.</param>
/// <param name="IsOnePage">Whether they came in one page, which is of one moment.</param>
internal sealed record MembershipRows(IReadOnlyList<TableEntity> Rows, bool IsOnePage)
{
    /// <summary>The version, and its ETag; null if there is none.</summary>
    public TableVersion? Version => Rows.FirstOrDefault(row => row.RowKey == MembershipRow.Version) is { } row
        ? new TableVersion(MembershipRow.Number(row, MembershipRow.MembershipVersion), row.ETag.ToString())
        : null;

    /// <summary>Whether they are of one moment: nobody wrote between the first page and the last.</summary>
    /// <remarks>
    /// Silos of older versions move <c>VersionRow</c> and not its copies, or have made a table without these. Then one cannot tell; a cluster that is being upgraded is better served by what may be of two moments than by nothing.
    /// </remarks>
    public bool IsOneMoment()
    {
        if (IsOnePage)
            return true;
        var first = VersionOf(Rows[0], MembershipRow.First);
        var last = VersionOf(Rows[^1], MembershipRow.Last);
        return first == last || (first is not null && last is not null && Version?.Version > Math.Max(first.Value, last.Value));
    }

    private static int? VersionOf(TableEntity row, string key) => row.RowKey == key
        && int.TryParse(row.GetString(MembershipRow.MembershipVersion), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version : null;
}
