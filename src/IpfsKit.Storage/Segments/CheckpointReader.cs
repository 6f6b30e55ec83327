using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>Loads the newest checkpoint whose header is whole.</summary>
/// <remarks>A new one is durable before the old one is deleted, so there is one, or two after a crash. Whether the body is whole shows while it is loaded; if not, the index is rebuilt from the segments.</remarks>
internal sealed class CheckpointReader : IDisposable
{
    private const int MaxTableEntries = 1 << 26;

    private readonly IStorageFile _file;
    private readonly StoreKeys _keys;
    private long _offset;

    private CheckpointReader(IStorageFile file, StoreKeys keys, long number, long offset, LogPosition position, Dictionary<long, int> slots)
    {
        _file = file;
        _keys = keys;
        _offset = offset;
        Number = number;
        Position = position;
        Slots = slots;
    }

    public long Number { get; }

    /// <summary>The size of the file.</summary>
    public long Length => _file.Length;

    /// <summary>From where the log has to be replayed.</summary>
    public LogPosition Position { get; }

    /// <summary>The slots under which the entries know the segments, by segment id.</summary>
    public IReadOnlyDictionary<long, int> Slots { get; }

    /// <summary>The newest checkpoint whose header is whole, or null.</summary>
    public static CheckpointReader? OpenNewest(IStorageFileSystem files, string directory, ManifestData manifest)
    {
        foreach (var number in files.ListFiles(directory).Select(CheckpointFormat.NumberOf).OfType<long>().OrderDescending())
        {
            var file = files.Open(Path.Combine(directory, CheckpointFormat.FileName(number)));
            var start = new byte[CheckpointFormat.FixedBytes];
            var length = CheckpointFormat.HeaderLength(start.AsSpan(0, ReadFully(file, start, 0)));
            if (length <= file.Length && length > 0)
            {
                var header = new byte[length];
                if (ReadFully(file, header, 0) == length
                    && CheckpointFormat.TryReadHeader(header, manifest.StoreId, out var position, out var slots))
                    return new CheckpointReader(file, manifest.Keys, number, length, position, slots);
            }

            file.Dispose();
        }

        return null;
    }

    /// <summary>Adds all entries of slots that still have their segment to the index, stamped anew; false if the file is damaged.</summary>
    /// <param name="index">An empty index; not empty, and of no use, if this returns false.</param>
    /// <param name="slots">Those of <see cref="Slots"/> that still have their segment.</param>
    /// <param name="stamp">The stamp.</param>
    public bool TryLoad(StoreIndex index, HashSet<int> slots, byte stamp)
    {
        Span<byte> header = stackalloc byte[CheckpointFormat.ChunkHeaderBytes];
        var buffer = Array.Empty<IndexEntry>();
        var total = 0L;
        while (true)
        {
            if (ReadFully(_file, header, _offset) != header.Length)
                return false;
            _offset += header.Length;
            var table = BinaryPrimitives.ReadUInt32LittleEndian(header);
            var count = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
            var checksum = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
            if (table == CheckpointFormat.End)
                return checksum == (ulong)total;
            if (table >= StoreIndex.TableCount || count is <= 0 or > MaxTableEntries || _offset + (long)count * CheckpointFormat.EntryBytes > _file.Length)
                return false;
            if (buffer.Length < count)
                buffer = new IndexEntry[count + count / 4];
            var entries = buffer.AsSpan(0, count);
            var bytes = MemoryMarshal.AsBytes(entries);
            if (ReadFully(_file, bytes, _offset) != bytes.Length || XxHash3.HashToUInt64(bytes, _keys.ChecksumSeed + table) != checksum)
                return false;
            _offset += bytes.Length;
            total += count;
            index.Load((int)table, Keep(entries, slots, stamp));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // A checkpoint that the disk refuses to read is as good as one that is damaged.
    private static int ReadFully(IStorageFile file, Span<byte> buffer, long offset)
    {
        try
        {
            return file.ReadFully(buffer, offset);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static Span<IndexEntry> Keep(Span<IndexEntry> entries, HashSet<int> slots, byte stamp)
    {
        var kept = 0;
        foreach (ref var entry in entries)
        {
            entry.Stamp = stamp;
            if (slots.Contains(entry.Location.Slot))
                entries[kept++] = entry;
        }

        return entries[..kept];
    }
}
