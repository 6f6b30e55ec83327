using IpfsKit.Ipld.Car;

namespace IpfsKit.Ipld.Tests.Car;

public sealed class CarParametersTests
{
    [Fact]
    public void Scope_EveryValue_RoundTripsAndNothingElseParses()
    {
        foreach (var scope in Enum.GetValues<DagScope>())
        {
            Assert.True(CarParameters.TryParseScope(CarParameters.Format(scope), out var parsed));
            Assert.Equal(scope, parsed);
        }

        foreach (var text in (string[])["", "All", " all", "blocks", "0"])
            Assert.False(CarParameters.TryParseScope(text, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => CarParameters.Format((DagScope)9));
    }

    [Fact]
    public void Duplicates_EveryValue_RoundTripsAndNothingElseParses()
    {
        foreach (var duplicates in Enum.GetValues<CarDuplicates>())
        {
            Assert.True(CarParameters.TryParseDuplicates(CarParameters.Format(duplicates), out var parsed));
            Assert.Equal(duplicates, parsed);
        }

        foreach (var text in (string[])["", "Y", "yes", "no", "1"])
            Assert.False(CarParameters.TryParseDuplicates(text, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => CarParameters.Format((CarDuplicates)9));
    }

    [Fact]
    public void ContentType_NamesVersionOrderAndDuplicates() =>
        Assert.Equal("application/vnd.ipld.car; version=1; order=dfs; dups=y", CarParameters.ContentType(CarDuplicates.Include));
}
