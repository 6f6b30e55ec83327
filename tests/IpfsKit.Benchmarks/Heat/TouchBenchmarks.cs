using BenchmarkDotNet.Attributes;
using IpfsKit.Grains.Heat;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Heat;

[MemoryDiagnoser]
public class TouchBenchmarks
{
    private const int Roots = 4096;

    private readonly TouchAggregator _aggregator = new();
    private readonly Dictionary<Cid, TouchCount> _totals = [];
    private readonly Cid[] _roots = new Cid[Roots];
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < Roots; i++)
            _roots[i] = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, BitConverter.GetBytes(i)));
        foreach (var root in _roots)
            _totals.Add(root, default);
    }

    [Benchmark]
    public void RecordHotRoot() => _aggregator.Record(_roots[0], 1 << 20);

    [Benchmark]
    public void RecordManyRoots() => _aggregator.Record(_roots[_next++ & (Roots - 1)], 1 << 20);

    [Benchmark]
    public void RecordAndDrain()
    {
        _aggregator.Record(_roots[_next++ & (Roots - 1)], 1 << 20);
        _aggregator.Drain(_totals);
    }
}
