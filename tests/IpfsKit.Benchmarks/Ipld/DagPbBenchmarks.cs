using System.Buffers;
using BenchmarkDotNet.Attributes;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Ipld;

/// <summary>A node as UnixFS writes it for a file: bytes and unnamed links.</summary>
[MemoryDiagnoser]
public class DagPbBenchmarks
{
    private readonly DagPbCodec _codec = new();
    private readonly ArrayBufferWriter<byte> _output = new(64 << 10);
    private readonly List<Cid> _links = new(Links);
    private DagPbNode? _node;
    private byte[] _block = [];

    private const int Links = 174;

    [GlobalSetup]
    public void Setup()
    {
        var links = new DagPbLink[Links];
        for (var i = 0; i < Links; i++)
            links[i] = new DagPbLink(Cid.CreateV1(Multicodec.Raw, MultihashAlgorithm.Compute(Multicodec.Sha2_256, BitConverter.GetBytes(i))), "", 262144);
        _node = new DagPbNode(new byte[1024], links);
        DagPbCodec.EncodeNode(_node, _output);
        _block = _output.WrittenSpan.ToArray();
    }

    [Benchmark]
    public DagPbNode Decode() => DagPbCodec.DecodeNode(_block);

    [Benchmark]
    public int Encode()
    {
        _output.ResetWrittenCount();
        DagPbCodec.EncodeNode(_node!, _output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public int ReadLinks()
    {
        _links.Clear();
        _codec.ReadLinks(_block, _links);
        return _links.Count;
    }
}
