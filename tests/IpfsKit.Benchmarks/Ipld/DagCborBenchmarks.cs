using System.Buffers;
using BenchmarkDotNet.Attributes;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Codecs.DagCbor;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Ipld;

/// <summary>A list of 100 small records with a link each.</summary>
[MemoryDiagnoser]
public class DagCborBenchmarks
{
    private const int Records = 100;

    private readonly DagCborCodec _codec = new();
    private readonly ArrayBufferWriter<byte> _output = new(64 << 10);
    private readonly List<Cid> _links = new(Records);
    private IpldNode? _node;
    private byte[] _block = [];

    [GlobalSetup]
    public void Setup()
    {
        var records = new IpldNode[Records];
        for (var i = 0; i < Records; i++)
        {
            var cid = Cid.CreateV1(Multicodec.Raw, MultihashAlgorithm.Compute(Multicodec.Sha2_256, BitConverter.GetBytes(i)));
            records[i] = new IpldNode.Map([
                new("link", new IpldNode.Link(cid)),
                new("name", new IpldNode.String($"record {i}")),
                new("size", new IpldNode.Integer(i * 1000)),
            ]);
        }

        _node = new IpldNode.List(records);
        _codec.Encode(_node, _output);
        _block = _output.WrittenSpan.ToArray();
    }

    [Benchmark]
    public IpldNode Decode() => _codec.Decode(_block);

    [Benchmark]
    public int Encode()
    {
        _output.ResetWrittenCount();
        _codec.Encode(_node!, _output);
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
