using BenchmarkDotNet.Attributes;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Multiformats;

[MemoryDiagnoser]
public class CidBenchmarks
{
    private readonly Cid _cid = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "hello"u8));
    private readonly Cid _equal = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "hello"u8));
    private readonly Dictionary<Cid, int> _table = [];
    private readonly byte[] _destination = new byte[Cid.MaxBytes];
    private byte[] _bytes = [];
    private string _text = "";
    private string _v0Text = "";

    [GlobalSetup]
    public void Setup()
    {
        _bytes = _cid.ToBytes();
        _text = _cid.ToString();
        _cid.TryToV0(out var v0);
        _v0Text = v0.ToString();
        _table[_cid] = 1;
    }

    [Benchmark]
    public Cid ReadBytes()
    {
        Cid.TryRead(_bytes, out var cid, out _);
        return cid;
    }

    [Benchmark]
    public int WriteBytes() => _cid.WriteBytes(_destination);

    [Benchmark]
    public Cid ParseBase32() => Cid.Parse(_text);

    [Benchmark]
    public Cid ParseV0() => Cid.Parse(_v0Text);

    [Benchmark]
    public string FormatBase32() => _cid.ToString();

    [Benchmark]
    public bool Equality() => _cid == _equal;

    [Benchmark]
    public int DictionaryLookup() => _table[_equal];
}
