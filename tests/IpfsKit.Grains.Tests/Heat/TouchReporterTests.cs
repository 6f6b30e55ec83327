using System.Collections.Concurrent;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Grains.Tests.Heat;

public sealed class TouchReporterTests : IAsyncDisposable
{
    private static readonly Cid Hot = TestBlocks.Raw(1).Cid;
    private static readonly Cid Cold = TestBlocks.Raw(2).Cid;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly RecordingSink _sink = new();
    private readonly TouchAggregator _aggregator = new();
    private readonly TestMeterFactory _meters = new();
    private readonly TouchReporterOptions _options = new() { MaxWaitingRoots = 64, MaxConcurrentReports = 4 };
    private readonly TouchReporter _reporter;

    public TouchReporterTests() => _reporter = new TouchReporter(
        _aggregator, _sink, _time, Options.Create(new IpfsKitOptions { Heat = _options }), new NodeInstruments(_meters), NullLogger<TouchReporter>.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flush_RootReadOften_IsReportedOnce()
    {
        for (var i = 0; i < 1000; i++)
            _aggregator.Record(Hot, 5);
        await _reporter.TickAsync(Token);

        var (root, batch) = Assert.Single(_sink.Reports);
        Assert.Equal(Hot, root);
        Assert.Equal(new TouchBatch { Count = 1000, Bytes = 5000, Hour = 1000, Week = 1000, At = _time.GetUtcNow() }, batch);
    }

    [Fact]
    public async Task Flush_RootReadOnce_WaitsForTheSweep()
    {
        _aggregator.Record(Cold, 1);
        await _reporter.TickAsync(Token);
        Assert.Empty(_sink.Reports);
        Assert.Equal(1, _reporter.WaitingRoots);

        _time.Advance(TimeSpan.FromHours(1));
        _aggregator.Record(Cold, 1);
        await _reporter.TickAsync(Token);

        var batch = Assert.Single(_sink.Reports).Batch;
        Assert.Equal((2, 2), (batch.Count, batch.Bytes));
        Assert.Equal(1.5, batch.Hour, 1e-9);
        Assert.Equal(0, _reporter.WaitingRoots);
    }

    [Fact]
    public async Task Flush_WhileStorageIsDown_KeepsTheHeatAndReportsItLater()
    {
        _sink.Fails = true;
        Record(Hot, 10);
        await _reporter.TickAsync(Token);
        Assert.Equal(1, _reporter.WaitingRoots);

        _sink.Fails = false;
        _time.Advance(_options.SweepInterval);
        await _reporter.TickAsync(Token);

        Assert.Equal(10, Assert.Single(_sink.Reports).Batch.Count);
        Assert.Equal(0, _reporter.WaitingRoots);
    }

    [Fact]
    public async Task Flush_WhileStorageIsDown_StaysWithinItsBoundAndCountsTheRest()
    {
        using var dropped = new MetricCollector<long>(_meters, NodeInstruments.MeterName, "ipfskit.heat.dropped");
        _sink.Fails = true;
        foreach (var block in TestBlocks.RawMany(0, 200))
            Record(block.Cid, 3);
        await _reporter.TickAsync(Token);

        Assert.Equal(64, _reporter.WaitingRoots);
        Assert.Equal((200 - 64) * 3, dropped.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }

    [Fact]
    public async Task Flush_ManyFailuresInARow_GivesTheRestUpUntilLater()
    {
        _sink.Fails = true;
        foreach (var block in TestBlocks.RawMany(0, 1000))
            Record(block.Cid, 2);
        await _reporter.TickAsync(Token);

        Assert.InRange(_sink.Attempts, 64, 64 + _options.MaxConcurrentReports);
    }

    [Fact]
    public async Task Flush_ManyRoots_HasBoundedConcurrency()
    {
        _sink.Gate = new TaskCompletionSource();
        foreach (var block in TestBlocks.RawMany(0, 50))
            Record(block.Cid, 2);
        var tick = _reporter.TickAsync(Token);
        Assert.Equal(_options.MaxConcurrentReports, _sink.Attempts);
        _sink.Gate.SetResult();
        await tick;

        Assert.Equal(50, _sink.Reports.Count);
    }

    [Fact]
    public async Task Flush_GrainThatHangs_TimesOutAndKeepsTheHeat()
    {
        _sink.Gate = new TaskCompletionSource();
        Record(Hot, 2);
        var tick = _reporter.TickAsync(Token);
        _time.Advance(_options.ReportTimeout);
        await tick;

        Assert.Equal(1, _reporter.WaitingRoots);
    }

    [Fact]
    public async Task Loop_FlushesEverySecond()
    {
        _reporter.Start();
        Record(Hot, 2);
        await AdvanceUntilAsync(() => _sink.Reports.Count == 1);
        Record(Hot, 3);
        await AdvanceUntilAsync(() => _sink.Reports.Count == 2);

        Assert.Equal([2, 3], _sink.Reports.Select(report => report.Batch.Count));
    }

    [Fact]
    public async Task Stop_ReportsWhatWaits()
    {
        _reporter.Start();
        _aggregator.Record(Cold, 1);
        _reporter.Keep(Hot, new RootHeat(DecayingHeat.Of(4, _time.GetUtcNow()), 4, 40));
        await _reporter.StopAsync(Token);

        Assert.Equal([1, 4], _sink.Reports.Select(report => report.Batch.Count).Order());
    }

    public ValueTask DisposeAsync() => _reporter.DisposeAsync();

    private void Record(Cid root, int times)
    {
        for (var i = 0; i < times; i++)
            _aggregator.Record(root, 1);
    }

    private async Task AdvanceUntilAsync(Func<bool> done)
    {
        while (!done())
        {
            Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private sealed class RecordingSink : ITouchSink
    {
        private int _attempts;

        public ConcurrentQueue<(Cid Root, TouchBatch Batch)> Reports { get; } = new();

        public bool Fails { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        public int Attempts => _attempts;

        public ValueTask<bool> IsRootAsync(Cid cid, CancellationToken cancellationToken) => new(true);

        public async ValueTask TouchAsync(Cid root, TouchBatch touches, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _attempts);
            if (Gate is not null)
                await Gate.Task;
            if (Fails)
                throw new IOException("Grain storage is down.");
            Reports.Enqueue((root, touches));
        }
    }
}
