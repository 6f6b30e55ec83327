using BenchmarkDotNet.Attributes;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Multiformats;

[MemoryDiagnoser]
public class MultihashBenchmarks
{
    private byte[] _data = [];
    private Multihash _hash;

    [Params(4 << 10, 256 << 10, 1 << 20)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _data = new byte[Size];
        new Random(1).NextBytes(_data);
        _hash = MultihashAlgorithm.Compute(Multicodec.Sha2_256, _data);
    }

    [Benchmark]
    public Multihash ComputeSha256() => MultihashAlgorithm.Compute(Multicodec.Sha2_256, _data);

    [Benchmark]
    public bool VerifySha256() => MultihashAlgorithm.Verify(_hash, _data);
}
