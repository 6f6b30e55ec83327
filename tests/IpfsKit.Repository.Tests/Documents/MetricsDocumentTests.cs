using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using IpfsKit.Bitswap.Hosting;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Hosting;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Persistence.Sqlite;
using IpfsKit.Persistence.Sqlite.Database;
using IpfsKit.Storage;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>docs/metrics.md lists the instruments that there are, all of them, and no others.</summary>
public sealed partial class MetricsDocumentTests
{
    private static readonly MarkdownFile Document = new("docs/metrics.md");

    [Fact]
    public async Task MetricsDocument_Instruments_AreThoseOfTheLibraries()
    {
        var documented =
            from section in Sections(Document.Rows)
            from row in section.Rows
            select new Row(section.Meter, row[0].Trim('`'), row[1], row[2].Trim('`'));

        Assert.Equal((await PublishedAsync()).Order(), documented.Order());
    }

    [Fact]
    public async Task Sources_NamesOfInstruments_AreThoseThatThisTestSees()
    {
        var named = Directory.EnumerateFiles(RepositoryRoot.Combine("src"), "*Instruments.cs", SearchOption.AllDirectories)
            .SelectMany(file => InstrumentName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["name"].Value);

        Assert.Empty(named.Except((await PublishedAsync()).Select(row => row.Name)));
    }

    [Fact]
    public void Sources_InstrumentsOutsideInstrumentsFiles_AreNowhere()
    {
        var files = Directory.EnumerateFiles(RepositoryRoot.Combine("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("Instruments.cs", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => Creation().IsMatch(File.ReadAllText(file)));
    }

    /// <summary>Makes everything that has instruments, and listens.</summary>
    private static async Task<IReadOnlyCollection<Row>> PublishedAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        using var meters = new ScopedMeters();
        var rows = new List<Row>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters))
                    rows.Add(new Row(instrument.Meter.Name, instrument.Name, Kind(instrument), instrument.Unit ?? ""));
            },
        };
        listener.Start();

        _ = new NodeInstruments(meters);
        _ = new DataPlaneInstruments(meters);
        var libp2p = new Libp2pInstruments(meters);
        libp2p.ObserveResources(() => default, () => default);
        libp2p.ObservePeers(() => 0);
        var bitswap = new BitswapInstruments(meters);
        bitswap.Network.ObservePeers(() => 0);
        bitswap.Server.Observe(() => 0, () => 0);
        await using var store = await SegmentBlockStore.OpenAsync(
            new SegmentStoreOptions { Directory = directory.Combine("blocks"), AutomaticMaintenance = false }, meterFactory: meters, cancellationToken: cancellation);
        await using var catalog = await SiloCatalog.OpenAsync(new SiloCatalogOptions { Path = directory.Combine("catalog.db") }, meters, cancellation);
        await using var states = new GrainStateDatabase(new SqliteGrainStorageOptions { DatabasePath = directory.Combine("grains.db") }, new GrainStateLayout("test"), meters);
        await states.OpenAsync(cancellation);
        return rows;
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        nameof(Counter<>) or nameof(ObservableCounter<>) => "counter",
        nameof(Histogram<>) => "histogram",
        nameof(UpDownCounter<>) or nameof(ObservableUpDownCounter<>) => "up-down counter",
        nameof(Gauge<>) or nameof(ObservableGauge<>) => "gauge",
        var other => other,
    };

    /// <summary>The tables below headings such as <c>## `IpfsKit.Node`</c>, without their heads.</summary>
    private static IEnumerable<(string Meter, IReadOnlyList<string[]> Rows)> Sections(IEnumerable<string[]> rows)
    {
        var meter = "";
        var found = new List<string[]>();
        foreach (var row in rows)
        {
            if (row is [var heading] && heading.StartsWith('#'))
            {
                if (found.Count > 0)
                    yield return (meter, found);
                (meter, found) = (Meter().Match(heading).Groups["name"].Value, []);
            }
            else if (meter.Length > 0 && row[0] != "name")
                found.Add(row);
        }

        if (found.Count > 0)
            yield return (meter, found);
    }

    [GeneratedRegex(@"^## `(?<name>[\w.]+)`")]
    private static partial Regex Meter();

    [GeneratedRegex(@"""(?<name>(ipfskit|libp2p)\.[a-z._]+)""")]
    private static partial Regex InstrumentName();

    [GeneratedRegex(@"\.Create(Observable)?(Counter|UpDownCounter|Histogram|Gauge)\b")]
    private static partial Regex Creation();

    /// <summary>An instrument.</summary>
    private readonly record struct Row(string Meter, string Name, string Kind, string Unit) : IComparable<Row>
    {
        public int CompareTo(Row other) => string.CompareOrdinal($"{Meter} {Name}", $"{other.Meter} {other.Name}");
    }

    /// <summary>Meters that no other test listens to.</summary>
    private sealed class ScopedMeters : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(new MeterOptions(options.Name) { Scope = this });
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}
