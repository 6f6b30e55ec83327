using Azure.Data.Tables;
using IpfsKit.Persistence.AzureStorage.Clustering;

namespace IpfsKit.Persistence.AzureStorage.Tests.Clustering;

/// <summary>When what came in several pages is of one moment.</summary>
public sealed class MembershipRowsTests
{
    [Theory]
    [InlineData("3", "3", "3", true)]
    // Somebody wrote after the first page was read, or before the last.
    [InlineData("3", "4", "4", false)]
    [InlineData("3", "3", "4", false)]
    // Half a table, read while it was made.
    [InlineData(null, "3", "3", false)]
    [InlineData("3", "3", null, false)]
    // Made by older silos, or moved on by them, which know no copies.
    [InlineData(null, "3", null, true)]
    [InlineData("3", "5", "3", true)]
    [InlineData("3", "5", "4", true)]
    public void IsOneMoment_SeveralPages_TellsByTheCopiesOfTheVersion(string? first, string version, string? last, bool expected)
    {
        TableEntity?[] rows = [Row("!Start", first), Row("10.0.0.1-1-1", null, isThere: true), Row("VersionRow", version), Row("~End", last)];
        TableEntity[] there = [.. rows.OfType<TableEntity>()];
        Assert.Equal(expected, new MembershipRows(there, IsOnePage: false).IsOneMoment());
        Assert.True(new MembershipRows(there, IsOnePage: true).IsOneMoment());
    }

    private static TableEntity? Row(string key, string? version, bool isThere = false) =>
        version is null && !isThere ? null : new TableEntity("c", key) { ["MembershipVersion"] = version };
}
