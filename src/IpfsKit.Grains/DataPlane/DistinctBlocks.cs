using System.Buffers.Binary;
using IpfsKit.Ipld;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Passes blocks on to a sink and counts those that differ.</summary>
/// <remarks>
/// Blocks are told apart by 64 bits of their digest; among a million blocks, two are taken for one with a probability of 1 in 30 million. Memory is bounded at
/// some 30 MiB: beyond <see cref="MaxRemembered"/> blocks, which are a TiB of 1 MiB chunks, each counts as a new one.
/// </remarks>
internal sealed class DistinctBlocks(IBlockSink sink) : IBlockSink
{
    /// <summary>The most blocks that are told apart.</summary>
    public const int MaxRemembered = 1 << 20;

    private readonly Lock _lock = new();
    private readonly HashSet<ulong> _seen = [];

    /// <summary>The number of different blocks.</summary>
    public long Count { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            for (var i = 0; i < blocks.Count; i++)
                Add(blocks[i]);
        }

        return sink.PutManyAsync(blocks, cancellationToken);
    }

    private void Add(Block block)
    {
        var digest = block.Cid.Hash.Digest;
        var print = digest.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(digest) : (ulong)block.Cid.Hash.GetHashCode();
        if (_seen.Count < MaxRemembered ? !_seen.Add(print) : _seen.Contains(print))
            return;
        Count++;
        Bytes += block.Size;
    }
}
