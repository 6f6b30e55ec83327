using System.Globalization;
using IpfsKit.TestKit;

namespace IpfsKit.Multiformats.Tests;

public sealed class MulticodecTableTests
{
    [Fact]
    public void Table_EveryRowOfTheCsv_IsHere()
    {
        var rows = File.ReadAllLines(Fixtures.Path("multiformats", "multicodec-table.csv"))[1..]
            .Where(line => line.Length > 0)
            .Select(line => line.Split(',').Select(cell => cell.Trim()).ToArray())
            .ToList();
        Assert.Equal(rows.Count, MulticodecTable.All.Count);
        Assert.Equal(rows.Count, Enum.GetValues<Multicodec>().Length);
        foreach (var row in rows)
        {
            var code = (Multicodec)uint.Parse(row[2].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            Assert.True(Enum.IsDefined(code), row[0]);
            Assert.True(MulticodecTable.TryGet(code, out var entry), row[0]);
            Assert.Equal((row[0], row[1], row[3]), (entry.Name, entry.Tag, entry.Status.ToString().ToLowerInvariant()));
            Assert.Equal((row[0], row[1]), (MulticodecTable.GetName(code), MulticodecTable.GetTag(code)));
            Assert.True(MulticodecTable.TryGetCode(row[0], out var found));
            Assert.Equal(code, found);
        }
    }

    [Fact]
    public void Enum_EveryName_IsTheTablesWords() => Assert.All(MulticodecTable.All, entry => Assert.Equal(
        entry.Name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal),
        entry.Code.ToString().Replace("_", "", StringComparison.Ordinal),
        ignoreCase: true));

    [Fact]
    public void LookUp_CodeOutsideTheTable_IsLegal()
    {
        const Multicodec unknown = (Multicodec)0x300000;
        Assert.False(MulticodecTable.TryGet(unknown, out _));
        Assert.Equal("0x300000", MulticodecTable.GetName(unknown));
        Assert.Null(MulticodecTable.GetTag(unknown));
        Assert.False(MulticodecTable.TryGetCode("DAG-PB", out _));
    }
}
