using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>Writes the index to disk while it changes.</summary>
/// <remarks>
/// Tables are copied one by one, each under its lock for the microseconds that this takes, so the copy may or may not show what happened after
/// its position. That is enough: opening replays the log from the position, in order, and the last record of a key decides whatever was copied.
/// </remarks>
internal static class CheckpointWriter
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes a checkpoint durably and deletes older ones; returns its length.</summary>
    /// <param name="state">The store.</param>
    /// <param name="position">Up to where the index shows the log; taken before this is called.</param>
    /// <param name="number">The number of the checkpoint, higher than all before.</param>
    /// <param name="cancellationToken">Gives up between tables.</param>
    public static long Write(StoreState state, in LogPosition position, long number, CancellationToken cancellationToken)
    {
        var name = CheckpointFormat.FileName(number);
        var temporary = Path.Combine(state.Directory, name + ".tmp");
        long length;
        using (var file = state.Files.Create(temporary))
        {
            var output = new ArrayBufferWriter<byte>(BufferBytes + (64 << 10));
            output.Write(CheckpointFormat.Header(state.Manifest.Data, position, state.Segments.All()));
            length = 0;
            var entries = new List<IndexEntry>();
            var total = 0L;
            for (var table = 0; table < StoreIndex.TableCount; table++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                entries.Clear();
                state.Index.CopyTable(table, entries);
                if (entries.Count == 0)
                    continue;
                total += entries.Count;
                var bytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(entries));
                WriteChunkHeader(output, (uint)table, entries.Count, XxHash3.HashToUInt64(bytes, state.Keys.ChecksumSeed + table));
                output.Write(bytes);
                if (output.WrittenCount >= BufferBytes)
                    length = Flush(file, output, length);
            }

            WriteChunkHeader(output, CheckpointFormat.End, 0, (ulong)total);
            length = Flush(file, output, length);
            file.SyncData();
        }

        state.Files.Rename(temporary, Path.Combine(state.Directory, name));
        state.Files.SyncDirectory(state.Directory);
        foreach (var old in state.Files.ListFiles(state.Directory))
        {
            if (CheckpointFormat.NumberOf(old) < number)
                state.Files.Delete(Path.Combine(state.Directory, old));
        }

        return length;
    }

    private static long Flush(IStorageFile file, ArrayBufferWriter<byte> output, long length)
    {
        file.Write(output.WrittenMemory, length);
        length += output.WrittenCount;
        output.ResetWrittenCount();
        return length;
    }

    private static void WriteChunkHeader(ArrayBufferWriter<byte> output, uint table, int count, ulong checksum)
    {
        var header = output.GetSpan(CheckpointFormat.ChunkHeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header, table);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], count);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], checksum);
        output.Advance(CheckpointFormat.ChunkHeaderBytes);
    }
}
