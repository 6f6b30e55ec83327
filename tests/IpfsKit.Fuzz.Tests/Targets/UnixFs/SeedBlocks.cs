using System.Collections.Concurrent;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.UnixFs;

/// <summary>The blocks of the seeds, and those of one input that lie over them. Answers at once, on the caller's thread.</summary>
internal sealed class SeedBlocks : IBlockSource, IBlockSink
{
    private readonly ConcurrentDictionary<Multihash, byte[]> _blocks = new();
    private readonly List<Block> _input = [];

    /// <summary>Takes the blocks of the last input away.</summary>
    public void Clear() => _input.Clear();

    /// <summary>Puts a block of the input under the name of its hash.</summary>
    public Cid Add(ReadOnlyMemory<byte> block)
    {
        _input.Add(Block.Create(Multicodec.DagPb, block));
        return _input[^1].Cid;
    }

    /// <summary>Puts the only block of an input under the name of its hash.</summary>
    public Cid Overlay(ReadOnlyMemory<byte> input)
    {
        Clear();
        return Add(input);
    }

    public byte[] Get(Cid cid) => _blocks[cid.Hash];

    public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        foreach (var block in _input)
        {
            if (block.Cid == cid)
                return ValueTask.FromResult<Block?>(block);
        }

        return ValueTask.FromResult(_blocks.TryGetValue(cid.Hash, out var data) ? Block.CreateTrusted(cid, data) : null);
    }

    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        foreach (var block in blocks)
            _blocks[block.Cid.Hash] = block.Data.ToArray();
        return ValueTask.CompletedTask;
    }
}
