using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Tests.Hosting;

public sealed class IpfsKitOptionsTests
{
    public static TheoryData<string, string> Faults => new()
    {
        { "Role", "17" },
        { "Slot", "256" },
        { "Slot", "-1" },
        { "DataPlane:ListenAddress", "here" },
        { "DataPlane:PublicAddress", "ftp://somewhere/" },
        { "Storage:CapacityBytes", "5" },
        { "Storage:MinFreeDiskBytes", "-5" },
        { "Storage:CollectInterval", "00:00:01" },
        { "Catalog:ReconcileInterval", "00:00:01" },
        { "Catalog:ReconcilePerSecond", "0" },
        { "Heat:FlushInterval", "00:00:00" },
        { "Heat:SweepInterval", "00:00:00.5000000" },
        { "Heat:MaxRootsPerFlush", "1" },
        { "Heat:MaxWaitingRoots", "1" },
        { "Heat:MaxConcurrentReports", "0" },
        { "Heat:ReportTimeout", "01:00:00" },
    };

    [Fact]
    public void Defaults_AreValid() => Assert.True(Validate(new IpfsKitOptions()).Succeeded);

    [Theory]
    [MemberData(nameof(Faults))]
    public void Validation_NamesSettingAndValue(string setting, string value)
    {
        var fault = Assert.Single(Validate(Bind((setting, value))).Failures!);

        Assert.StartsWith($"IpfsKit:{setting} = '{value}' is ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_ReportsAllFaultsAtOnce() =>
        Assert.Equal(2, Validate(Bind(("Slot", "999"), ("Heat:MaxWaitingRoots", "1"))).Failures!.Count());

    [Fact]
    public void Binding_ReadsEverySetting()
    {
        var options = Bind(
            ("Role", "leecher"), ("Zone", "a"), ("DataDirectory", "/data"), ("Slot", "2"), ("DataPlane:ListenAddress", "0.0.0.0:7000"), ("DataPlane:PublicAddress", "https://node.example/"),
            ("Storage:CapacityBytes", "2147483648"), ("Heat:FlushInterval", "00:00:02"), ("Catalog:ReconcilePerSecond", "5"));

        Assert.Equal((NodeRole.Leecher, "a", "/data", 2), (options.Role, options.Zone, options.DataDirectory, options.Slot));
        Assert.Equal(("0.0.0.0:7000", "https://node.example/"), (options.DataPlane.ListenAddress, options.DataPlane.PublicAddress!.AbsoluteUri));
        Assert.Equal((1L << 31, TimeSpan.FromSeconds(2), 5), (options.Storage.CapacityBytes, options.Heat.FlushInterval, options.Catalog.ReconcilePerSecond));
        Assert.True(Validate(options).Succeeded);
    }

    [Theory]
    [InlineData(NodeRole.Master, 1_000_000_000_000)]
    [InlineData(NodeRole.Worker, 100_000_000_000)]
    [InlineData(NodeRole.Leecher, 10_000_000_000)]
    public void Capacity_ByRole(NodeRole role, long bytes) => Assert.Equal(bytes, NodeStorageOptions.DefaultCapacityBytes(role));

    private static IpfsKitOptions Bind(params (string Setting, string Value)[] settings)
    {
        var options = new IpfsKitOptions();
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Setting, setting.Value)))
            .Build().Bind(options);
        return options;
    }

    private static ValidateOptionsResult Validate(IpfsKitOptions options) => new IpfsKitOptionsValidator().Validate(null, options);
}
