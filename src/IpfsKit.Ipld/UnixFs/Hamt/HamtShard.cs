using System.Numerics;
using System.Text;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>One node of a directory that is sharded by the hashes of its names (a hash array mapped trie).</summary>
/// <remarks>
/// <para>Each level of the trie takes log2(fanout) bits of the name's murmur3-x64-64, highest first, as the number of a bucket. A bucket holds
/// one link: <c>PREFIX + name</c> is an entry, <c>PREFIX</c> alone a shard of the next level; PREFIX is the bucket in uppercase hex.
/// The node's data is a bitfield of the buckets in use, big-endian, without leading zero bytes.</para>
/// <para>Refused before anything of their size is allocated: fanouts that are no power of two from 8 to 1024 (CVE-2023-23625), hash functions
/// other than murmur3-x64-64, bitfields longer than the fanout or that disagree with the links, prefixes outside the fanout or out of order,
/// empty shards below the root, and entries that do not lie where their hashes put them: so no two paths lead to one shard, and listing ends.
/// Depth is bounded by the 64 bits of the hash, so cycles end.</para>
/// Spec: <see href="https://specs.ipfs.tech/unixfs/#dag-pb-hamtdirectory"/>.
/// </remarks>
internal sealed class HamtShard
{
    public const int MinFanout = 8;
    public const int MaxFanout = 1024;
    public const int HashBits = 64;

    private readonly short[] _linkOfBucket;

    private HamtShard(in Cid cid, int fanout, IReadOnlyList<DagPbLink> links, short[] linkOfBucket)
    {
        (Cid, Fanout, Links, _linkOfBucket) = (cid, fanout, links, linkOfBucket);
        BitsPerLevel = BitOperations.Log2((uint)fanout);
        PrefixChars = PrefixCharsOf(fanout);
    }

    public Cid Cid { get; }

    public int Fanout { get; }

    public int BitsPerLevel { get; }

    public int PrefixChars { get; }

    public IReadOnlyList<DagPbLink> Links { get; }

    public static bool IsValidFanout(ulong fanout) => fanout is >= MinFanout and <= MaxFanout && BitOperations.IsPow2(fanout);

    /// <summary>The hex digits that the highest bucket needs.</summary>
    public static int PrefixCharsOf(int fanout) => (BitOperations.Log2((uint)fanout) + 3) / 4;

    /// <summary>The hash of a name.</summary>
    public static ulong Hash(string name)
    {
        var byteCount = Encoding.UTF8.GetByteCount(name);
        var bytes = byteCount <= 512 ? stackalloc byte[byteCount] : new byte[byteCount];
        Encoding.UTF8.GetBytes(name, bytes);
        return Murmur3.HashX64To64(bytes);
    }

    /// <summary>The bucket of a hash at a depth, where the root has depth 0.</summary>
    public static int BucketOf(ulong hash, int depth, int bitsPerLevel) => (int)((hash << (depth * bitsPerLevel)) >> (HashBits - bitsPerLevel));

    /// <summary>Whether a shard at this depth still has bits of the hash to go by.</summary>
    public static bool IsWithinHash(int depth, int bitsPerLevel) => (depth + 1) * bitsPerLevel <= HashBits;

    /// <summary>Checks a node that is a shard.</summary>
    /// <param name="node">The node.</param>
    /// <param name="depth">How many shards are above it.</param>
    /// <param name="parent">The shard above it, with which it must agree.</param>
    /// <exception cref="UnixFsException">It is not a valid shard, or deeper than its hash.</exception>
    public static HamtShard Parse(UnixFsNode node, int depth = 0, HamtShard? parent = null)
    {
        var cid = node.Cid;
        if (node.Type != UnixFsType.HamtShard)
            throw new UnixFsException(cid, $"a shard links to {node.Kind} where a shard is needed.");
        var data = node.Data!;
        if (data.HashType != (ulong)Multicodec.Murmur3X64_64)
            throw new UnixFsException(cid, $"the shard's hash type {data.HashType?.ToString(null, null) ?? "(none)"} is not murmur3-x64-64.");
        if (data.Fanout is not { } fanout || !IsValidFanout(fanout))
            throw new UnixFsException(cid, $"the shard's fanout {data.Fanout ?? 0} is not a power of two from {MinFanout} to {MaxFanout}.");
        if (parent is not null && parent.Fanout != (int)fanout)
            throw new UnixFsException(cid, $"the shard's fanout {fanout} is not the {parent.Fanout} of the shard above it.");
        if (!IsWithinHash(depth, BitOperations.Log2(fanout)))
            throw new UnixFsException(cid, $"the shard is deeper ({depth}) than its hash has bits.");
        if (depth > 0 && node.Links.Count == 0)
            throw new UnixFsException(cid, "the shard is empty.");
        return new HamtShard(cid, (int)fanout, node.Links, MapBuckets(cid, node, (int)fanout));
    }

    /// <summary>The link of a bucket, or null.</summary>
    public DagPbLink? Find(int bucket) => _linkOfBucket[bucket] is >= 0 and var link ? Links[link] : null;

    /// <summary>Whether a link leads to a shard of the next level, not to an entry.</summary>
    public bool IsShard(in DagPbLink link) => link.Name!.Length == PrefixChars;

    /// <summary>The bucket of a link.</summary>
    public int BucketOf(in DagPbLink link) => ParsePrefix(link.Name!, PrefixChars);

    /// <summary>The entry of a link that is no shard.</summary>
    /// <param name="link">The link.</param>
    /// <param name="depth">How many shards are above this one.</param>
    /// <param name="path">The bits that lead to this shard.</param>
    /// <exception cref="UnixFsException">Its hash leads elsewhere.</exception>
    public UnixFsEntry EntryOf(in DagPbLink link, int depth, ulong path)
    {
        var name = NameOf(link);
        return Hash(name) >> (HashBits - ((depth + 1) * BitsPerLevel)) == PathOf(link, path)
            ? new UnixFsEntry(name, link.Hash, link.Tsize)
            : throw new UnixFsException(Cid, $"the entry '{link.Name}' does not lie where its hash puts it.");
    }

    /// <summary>The bits that lead through a link of a shard to which <paramref name="path"/> leads.</summary>
    public ulong PathOf(in DagPbLink link, ulong path) => (path << BitsPerLevel) | (uint)BucketOf(link);

    /// <summary>The entry's name without the prefix.</summary>
    public string NameOf(in DagPbLink link) => link.Name![PrefixChars..];

    private static short[] MapBuckets(in Cid cid, UnixFsNode node, int fanout)
    {
        var bits = node.Content.Span;
        if (bits.Length > fanout / 8)
            throw new UnixFsException(cid, $"the bitfield has {bits.Length} bytes; a fanout of {fanout} allows {fanout / 8}.");
        var map = new short[fanout];
        map.AsSpan().Fill(-1);
        var prefixChars = PrefixCharsOf(fanout);
        var previous = -1;
        for (var i = 0; i < node.Links.Count; i++)
        {
            var name = node.Links[i].Name ?? "";
            var bucket = ParsePrefix(name, prefixChars);
            if (bucket < 0 || bucket >= fanout)
                throw new UnixFsException(cid, $"the link '{name}' does not begin with a bucket of the fanout {fanout}.");
            if (bucket <= previous)
                throw new UnixFsException(cid, $"the link '{name}' is not in the order of its bucket.");
            if (!IsSet(bits, bucket))
                throw new UnixFsException(cid, $"the bitfield says that the bucket of the link '{name}' is empty.");
            map[bucket] = (short)i;
            previous = bucket;
        }

        var used = 0;
        foreach (var b in bits)
            used += BitOperations.PopCount(b);
        return used == node.Links.Count
            ? map
            : throw new UnixFsException(cid, $"the bitfield says {used} buckets are in use; there are {node.Links.Count} links.");
    }

    private static bool IsSet(ReadOnlySpan<byte> bits, int bucket)
    {
        var index = bits.Length - 1 - (bucket / 8);
        return index >= 0 && (bits[index] >> (bucket % 8) & 1) != 0;
    }

    private static int ParsePrefix(string name, int chars)
    {
        if (name.Length < chars)
            return -1;
        var value = 0;
        for (var i = 0; i < chars; i++)
        {
            var digit = name[i] switch
            {
                >= '0' and <= '9' and var c => c - '0',
                >= 'A' and <= 'F' and var c => c - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
                return -1;
            value = (value << 4) | digit;
        }

        return value;
    }
}
