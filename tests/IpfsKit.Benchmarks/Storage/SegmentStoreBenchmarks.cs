using BenchmarkDotNet.Attributes;
using IpfsKit.Benchmarks.Runner.Store;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.Storage;

/// <summary>The segment store on the machine's own disk, under the temporary directory. Puts wait for the disk: read their bytes rather than their times.</summary>
[MemoryDiagnoser]
public class SegmentStoreBenchmarks
{
    private const int SmallBytes = 4 << 10;
    private const int LargeBytes = 256 << 10;
    private const int Present = 64;
    private const int Batch = 256;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"ipfskit-bench-micro-{Guid.NewGuid():n}");
    private readonly Cid _absent = Cid.CreateV1(Multicodec.Raw, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "absent"u8));
    private readonly Block[] _batch = new Block[Batch];
    private BlockSample[] _small = [];
    private BlockSample[] _large = [];
    private SegmentBlockStore? _store;
    private int _next;
    private int _seed = 100;

    [GlobalSetup]
    public async Task Setup()
    {
        _store = await SegmentStores.OpenAsync(_directory);
        _small = BlockSample.Make(Present, SmallBytes, seed: 1);
        _large = BlockSample.Make(Present, LargeBytes, seed: 2);
        await _store.PutManyAsync([.. _small.Concat(_large).Select(sample => sample.ToBlock())]);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _store!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark]
    public ValueTask<bool> Has() => _store!.HasAsync(_small[0].Cid);

    [Benchmark]
    public ValueTask<bool> HasAbsent() => _store!.HasAsync(_absent);

    [Benchmark]
    public ValueTask<int> Get4KiB() => GetAsync(_small);

    [Benchmark]
    public ValueTask<int> Get256KiB() => GetAsync(_large);

    /// <summary>256 new blocks of 4 KiB in one durable batch, with the making of the block objects.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public async Task PutBatchOf4KiB()
    {
        var samples = BlockSample.Make(Batch, SmallBytes, _seed++);
        for (var i = 0; i < Batch; i++)
            _batch[i] = samples[i].ToBlock();
        await _store!.PutManyAsync(_batch);
    }

    private async ValueTask<int> GetAsync(BlockSample[] samples)
    {
        using var block = await _store!.GetAsync(samples[_next++ % Present].Cid);
        return block!.Size;
    }
}
