using System.Text;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Makes one directory of entries that are already made; shards it where the profile says so.</summary>
/// <remarks>
/// Entries may come in any order. Memory: some 150 bytes an entry until the directory is built.
/// Not safe for concurrent use.
/// </remarks>
public sealed class UnixFsDirectoryBuilder
{
    private readonly List<DagPbLink> _entries = [];
    private readonly UnixFsProfile _profile;
    private readonly int _maxBlockBytes;
    private long _estimatedLinkBytes;

    /// <summary>Makes a builder.</summary>
    /// <param name="profile">What decides the CIDs; null is <see cref="UnixFsProfile.UnixFsV1_2025"/>.</param>
    /// <param name="maxBlockBytes">The largest block that is made.</param>
    public UnixFsDirectoryBuilder(UnixFsProfile? profile = null, int maxBlockBytes = BlockLimits.MaxBlockBytes)
    {
        _profile = profile ?? UnixFsProfile.UnixFsV1_2025;
        _profile.Validate(maxBlockBytes);
        _maxBlockBytes = maxBlockBytes;
    }

    /// <summary>The mode to record, or null for none.</summary>
    public uint? Mode { get; set; }

    /// <summary>The time to record, or null for none.</summary>
    public UnixFsTime? ModificationTime { get; set; }

    /// <summary>The number of entries added.</summary>
    public int Count => _entries.Count;

    /// <summary>The size that decides about sharding, as the profile estimates it, in bytes.</summary>
    public long EstimatedBytes => _estimatedLinkBytes + (_profile.HamtSizeEstimation == HamtSizeEstimation.BlockBytes ? DataFieldBytes() : 0);

    /// <summary>Whether the directory as it is now will be sharded.</summary>
    public bool WillBeSharded => EstimatedBytes > _profile.HamtThresholdBytes;

    /// <summary>Adds an entry.</summary>
    /// <param name="name">The name; a name that is added twice is found when the directory is built.</param>
    /// <param name="cid">Its root.</param>
    /// <param name="dagBytes">The bytes of all its blocks: the link's <c>Tsize</c>.</param>
    /// <exception cref="UnixFsNameException">No entry may have the name.</exception>
    public void Add(string name, Cid cid, ulong dagBytes)
    {
        UnixFsName.Validate(name);
        _entries.Add(new DagPbLink(cid, name, dagBytes));
        _estimatedLinkBytes += _profile.HamtSizeEstimation == HamtSizeEstimation.BlockBytes
            ? LinkFieldBytes(name, cid, dagBytes)
            : Encoding.UTF8.GetByteCount(name) + cid.ByteCount;
    }

    /// <summary>Makes the directory and hands its blocks to a writer, which the caller flushes. The builder is then used up.</summary>
    /// <returns>The root and its <c>Tsize</c>.</returns>
    /// <exception cref="UnixFsNameException">A name was added twice.</exception>
    /// <exception cref="UnixFsException">Two names have the same 64 bits of hash in a sharded directory.</exception>
    public ValueTask<(Cid Root, ulong DagBytes)> BuildAsync(BlockBatchWriter writer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return BuildAsync(writer, new ImportProgress(null), cancellationToken);
    }

    internal async ValueTask<(Cid Root, ulong DagBytes)> BuildAsync(BlockBatchWriter writer, ImportProgress progress, CancellationToken cancellationToken)
    {
        // In place: a directory may have millions of entries.
        _entries.Sort(static (left, right) => Utf8Order.Compare(left.Name!, right.Name!));
        for (var i = 1; i < _entries.Count; i++)
        {
            if (_entries[i].Name == _entries[i - 1].Name)
                throw new UnixFsNameException(_entries[i].Name!, "is twice in one directory");
        }

        if (WillBeSharded)
        {
            var root = await new HamtBuilder(_profile, _maxBlockBytes, writer, progress)
                .BuildAsync(_entries, Mode, ModificationTime, cancellationToken).ConfigureAwait(false);
            return (root.Cid, root.DagBytes);
        }

        var data = new UnixFsData { Type = UnixFsType.Directory, Mode = Mode, ModificationTime = ModificationTime };
        var block = UnixFsBlocks.Encode(data, _entries, _profile, _maxBlockBytes);
        var made = (block.Cid, (ulong)block.Size + Sum(_entries));
        await writer.AddAsync(block, cancellationToken).ConfigureAwait(false);
        progress.AddBlock(0);
        return made;
    }

    private static ulong Sum(List<DagPbLink> entries)
    {
        ulong sum = 0;
        foreach (var entry in entries)
            sum += entry.Tsize ?? 0;
        return sum;
    }

    private int DataFieldBytes()
    {
        var message = 2 + UnixFsDataEncoder.MetadataBytes(Mode, ModificationTime);
        return 1 + ProtobufVarint.GetByteCount((ulong)message) + message;
    }

    private static int LinkFieldBytes(string name, in Cid cid, ulong dagBytes)
    {
        var nameBytes = Encoding.UTF8.GetByteCount(name);
        var cidBytes = cid.ByteCount;
        var link = 1 + ProtobufVarint.GetByteCount((ulong)cidBytes) + cidBytes
            + 1 + ProtobufVarint.GetByteCount((ulong)nameBytes) + nameBytes
            + 1 + ProtobufVarint.GetByteCount(dagBytes);
        return 1 + ProtobufVarint.GetByteCount((ulong)link) + link;
    }
}
