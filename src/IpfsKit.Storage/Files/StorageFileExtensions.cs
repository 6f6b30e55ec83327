namespace IpfsKit.Storage.Files;

/// <summary>What the readers and writers of the store build on the narrow interface.</summary>
internal static class StorageFileExtensions
{
    /// <summary>Reads until the buffer is full or the file ends; returns how many bytes.</summary>
    public static int ReadFully(this IStorageFile file, Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = file.Read(buffer[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }

        return total;
    }

    /// <summary>Writes one buffer.</summary>
    public static void Write(this IStorageFile file, ReadOnlyMemory<byte> buffer, long offset) => file.Write([buffer], offset);

    /// <summary>Replaces a file as a whole, durably: a temporary file is written and synced, then renamed, then the directory synced.</summary>
    public static void WriteAtomically(this IStorageFileSystem files, string directory, string name, ReadOnlyMemory<byte> content)
    {
        var temporary = Path.Combine(directory, name + ".tmp");
        using (var file = files.Create(temporary))
        {
            file.Write(content, 0);
            file.SyncData();
        }

        files.Rename(temporary, Path.Combine(directory, name));
        files.SyncDirectory(directory);
    }
}
