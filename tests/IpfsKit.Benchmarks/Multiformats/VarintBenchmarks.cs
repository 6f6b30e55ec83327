using BenchmarkDotNet.Attributes;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Multiformats;

[MemoryDiagnoser]
public class VarintBenchmarks
{
    private readonly byte[] _buffer = new byte[Varint.MaxBytes];
    private readonly byte[] _encoded = [0x80, 0x80, 0x40];

    [Benchmark]
    public int Write() => Varint.Write(_buffer, 1 << 20);

    [Benchmark]
    public ulong Read()
    {
        Varint.TryRead(_encoded, out var value, out _);
        return value;
    }
}
