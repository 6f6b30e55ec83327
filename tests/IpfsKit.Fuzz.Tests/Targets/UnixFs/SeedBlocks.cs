using System.Collections.Concurrent;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.UnixFs;

/// <summary>The blocks of the seeds, and of one input that lies over them. Answers at once, on the caller's thread.</summary>
internal sealed class SeedBlocks : IBlockSource, IBlockSink
{
    private readonly ConcurrentDictionary<Multihash, byte[]> _blocks = new();
    private Block? _input;

    /// <summary>Puts the input under the name of its hash.</summary>
    public Cid Overlay(ReadOnlyMemory<byte> input)
    {
        _input = Block.Create(Multicodec.DagPb, input);
        return _input.Cid;
    }

    public byte[] Get(Cid cid) => _blocks[cid.Hash];

    public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default) => ValueTask.FromResult(
        cid == _input?.Cid ? _input
        : _blocks.TryGetValue(cid.Hash, out var data) ? Block.CreateTrusted(cid, data) : null);

    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        foreach (var block in blocks)
            _blocks[block.Cid.Hash] = block.Data.ToArray();
        return ValueTask.CompletedTask;
    }
}
