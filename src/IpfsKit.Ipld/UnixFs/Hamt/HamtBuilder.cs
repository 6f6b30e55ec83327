using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Writes a whole sharded directory, bottom-up. The result depends on the entries alone, not on any order.</summary>
internal sealed class HamtBuilder(UnixFsProfile profile, int maxBlockBytes, BlockBatchWriter writer, ImportProgress progress)
{
    private readonly int _bits = BitOperations.Log2((uint)profile.HamtFanout);
    private readonly string _prefixFormat = "X" + HamtShard.PrefixCharsOf(profile.HamtFanout).ToString(CultureInfo.InvariantCulture);
    private ulong[] _hashes = [];
    private List<DagPbLink> _entries = [];

    /// <summary>Writes the shards and returns the root and the bytes of the whole DAG.</summary>
    /// <param name="entries">The entries with distinct names; reordered by this call.</param>
    /// <param name="mode">The mode of the directory, kept in the root shard.</param>
    /// <param name="modificationTime">The time of the directory, kept in the root shard.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnixFsException">Two names have the same 64 bits of hash.</exception>
    public ValueTask<UnixFsPart> BuildAsync(List<DagPbLink> entries, uint? mode, UnixFsTime? modificationTime, CancellationToken cancellationToken)
    {
        _entries = entries;
        _hashes = new ulong[entries.Count];
        for (var i = 0; i < entries.Count; i++)
            _hashes[i] = HamtShard.Hash(entries[i].Name!);
        _hashes.AsSpan().Sort(CollectionsMarshal.AsSpan(entries));
        return BuildShardAsync(0, entries.Count, 0, mode, modificationTime, cancellationToken);
    }

    // The entries [from, to) have the same bits above this depth. Sorted by hash, each bucket is a run.
    private async ValueTask<UnixFsPart> BuildShardAsync(
        int from, int to, int depth, uint? mode, UnixFsTime? modificationTime, CancellationToken cancellationToken)
    {
        if (!HamtShard.IsWithinHash(depth, _bits))
            throw new UnixFsException($"the names '{_entries[from].Name}' and '{_entries[from + 1].Name}' have the same hash; no shard can tell them apart.");
        var links = new List<DagPbLink>(Math.Min(to - from, profile.HamtFanout));
        var bitfield = new byte[profile.HamtFanout / 8];
        ulong dagBytes = 0;
        for (var start = from; start < to;)
        {
            var bucket = HamtShard.BucketOf(_hashes[start], depth, _bits);
            var end = start + 1;
            while (end < to && HamtShard.BucketOf(_hashes[end], depth, _bits) == bucket)
                end++;
            var prefix = bucket.ToString(_prefixFormat, CultureInfo.InvariantCulture);
            DagPbLink link;
            if (end - start == 1)
            {
                link = _entries[start] with { Name = prefix + _entries[start].Name };
            }
            else
            {
                var shard = await BuildShardAsync(start, end, depth + 1, null, null, cancellationToken).ConfigureAwait(false);
                link = new DagPbLink(shard.Cid, prefix, shard.DagBytes);
            }

            links.Add(link);
            dagBytes += link.Tsize ?? 0;
            bitfield[^(1 + (bucket / 8))] |= (byte)(1 << (bucket % 8));
            start = end;
        }

        var data = new UnixFsData
        {
            Type = UnixFsType.HamtShard,
            Data = bitfield.AsMemory(bitfield.AsSpan().IndexOfAnyExcept((byte)0) is >= 0 and var first ? first : bitfield.Length),
            HashType = (ulong)Multicodec.Murmur3X64_64,
            Fanout = (ulong)profile.HamtFanout,
            Mode = mode,
            ModificationTime = modificationTime,
        };
        var block = UnixFsBlocks.Encode(data, links, profile, maxBlockBytes);
        var part = new UnixFsPart(block.Cid, 0, dagBytes + (ulong)block.Size);
        await writer.AddAsync(block, cancellationToken).ConfigureAwait(false);
        progress.AddBlock(0);
        return part;
    }
}
