using System.Buffers;
using System.IO.Hashing;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>The directory at the end of a segment that is no longer written to: a record of kind footer, then the trailer.</summary>
internal static class SegmentFooter
{
    private const int ChunkBytes = 256 << 10;

    /// <summary>Writes entries behind the last group, durably; returns the length of the file.</summary>
    public static long Write(Segment segment, StoreKeys keys, IEnumerable<DirectoryEntry> entries)
    {
        var start = segment.CommittedLength;
        var position = start + RecordHeader.FixedBytes;
        var checksum = new XxHash3(keys.ChecksumSeed);
        var chunk = new ArrayBufferWriter<byte>(ChunkBytes + DirectoryEntry.MaxBytes);
        Span<byte> hash = stackalloc byte[Multiformats.Multihash.MaxBytes];
        var count = 0L;
        foreach (var entry in entries)
        {
            DirectoryEntry.Write(chunk, entry.Kind, entry.Offset, entry.PayloadLength, hash[..entry.Hash.WriteBytes(hash)]);
            count++;
            if (chunk.WrittenCount >= ChunkBytes)
                Flush();
        }

        Flush();
        var length = position - start - RecordHeader.FixedBytes;
        var header = new byte[RecordHeader.FixedBytes];
        RecordHeader.Write(header, keys, segment.Id, start, RecordKind.Footer, [], checked((uint)length), checksum.GetCurrentHashAsUInt64());
        segment.File.Write(header, start);
        var end = start + RecordHeader.SizeOf(0, length);
        segment.File.Write(new byte[end - position], position);
        segment.File.SyncData();

        // The trailer says that there is a footer, so it must not be there before the footer is.
        segment.File.Write(SegmentFormat.Trailer(segment.Id, start, count), end);
        segment.File.SyncData();
        return end + SegmentFormat.TrailerBytes;

        void Flush()
        {
            if (chunk.WrittenCount == 0)
                return;
            checksum.Append(chunk.WrittenSpan);
            segment.File.Write(chunk.WrittenMemory, position);
            position += chunk.WrittenCount;
            chunk.ResetWrittenCount();
        }
    }

    /// <summary>Where the footer of a file begins, or null if it has none.</summary>
    public static long? Find(IStorageFile file, long id)
    {
        var length = file.Length;
        if (length < SegmentFormat.HeaderBytes + SegmentFormat.TrailerBytes)
            return null;
        Span<byte> trailer = stackalloc byte[SegmentFormat.TrailerBytes];
        var read = file.ReadFully(trailer, length - SegmentFormat.TrailerBytes);
        return SegmentFormat.TryReadTrailer(trailer[..read], id, out var offset) && offset >= SegmentFormat.HeaderBytes && offset < length ? offset : null;
    }

    /// <summary>The entries of a sealed segment, or null if its footer is damaged or the disk refuses to read it: the groups say the same.</summary>
    public static IEnumerable<DirectoryEntry>? TryRead(Segment segment, StoreKeys keys)
    {
        try
        {
            return TryReadCore(segment, keys);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IEnumerable<DirectoryEntry>? TryReadCore(Segment segment, StoreKeys keys)
    {
        if (!RecordReader.TryReadHeader(segment, keys, segment.CommittedLength, out var header, out _) || header.Kind != RecordKind.Footer)
            return null;
        var start = segment.CommittedLength + header.Bytes;
        var checksum = new XxHash3(keys.ChecksumSeed);
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (long done = 0; done < header.PayloadLength;)
            {
                var read = segment.File.ReadFully(chunk.AsSpan(0, (int)Math.Min(ChunkBytes, header.PayloadLength - done)), start + done);
                if (read == 0)
                    return null;
                checksum.Append(chunk.AsSpan(0, read));
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return checksum.GetCurrentHashAsUInt64() == header.PayloadChecksum ? Entries(segment, start, header.PayloadLength) : null;
    }

    private static IEnumerable<DirectoryEntry> Entries(Segment segment, long start, long length)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (long done = 0; done < length;)
            {
                var read = segment.File.ReadFully(chunk.AsSpan(0, (int)Math.Min(ChunkBytes, length - done)), start + done);
                var used = 0;
                while (DirectoryEntry.TryRead(chunk.AsSpan(used, read - used), out var entry, out var bytes))
                {
                    yield return entry;
                    used += bytes;
                }

                if (used == 0)
                    throw new StorageCorruptedException(segment.Path, "its footer changed while it was read.");
                done += used;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
