using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Liveness;

/// <summary>The links that a mark has still to follow: a bounded number in memory, the rest in a temporary file. Not thread-safe.</summary>
/// <remarks>A DAG may be as wide as the store is large; a mark must not need memory in proportion.</remarks>
internal sealed class MarkStack(int maxInMemory, string spillDirectory) : IDisposable
{
    private readonly List<Cid> _links = [];
    private readonly Stack<(long Offset, int Length, int Count)> _spilled = new();
    private FileStream? _file;

    /// <summary>Adds a link.</summary>
    public void Push(in Cid link)
    {
        if (_links.Count >= maxInMemory)
            Spill();
        _links.Add(link);
    }

    /// <summary>Takes the link that was added last.</summary>
    public bool TryPop(out Cid link)
    {
        link = default;
        if (_links.Count == 0 && !TryLoad())
            return false;
        link = _links[^1];
        _links.RemoveAt(_links.Count - 1);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    // The half that will be needed last.
    private void Spill()
    {
        var count = _links.Count / 2;
        var bytes = new ArrayBufferWriter<byte>(count * 48);
        for (var i = 0; i < count; i++)
            bytes.Advance(_links[i].WriteBytes(bytes.GetSpan(Cid.MaxBytes)));
        _links.RemoveRange(0, count);
        _file ??= new FileStream(
            Path.Combine(spillDirectory, $"ipfskit-mark-{Guid.NewGuid():n}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        var offset = _spilled.TryPeek(out var top) ? top.Offset + top.Length : 0;
        RandomAccess.Write(_file.SafeFileHandle, bytes.WrittenSpan, offset);
        _spilled.Push((offset, bytes.WrittenCount, count));
    }

    private bool TryLoad()
    {
        if (!_spilled.TryPop(out var part))
            return false;
        var array = ArrayPool<byte>.Shared.Rent(part.Length);
        try
        {
            var bytes = array.AsSpan(0, part.Length);
            for (var done = 0; done < part.Length;)
            {
                var read = RandomAccess.Read(_file!.SafeFileHandle, bytes[done..], part.Offset + done);
                if (read == 0)
                    throw new StorageCorruptedException(_file.Name, "the temporary file of a mark was cut.");
                done += read;
            }

            for (var used = 0; used < part.Length;)
            {
                if (!Cid.TryRead(bytes[used..], out var link, out var read))
                    throw new StorageCorruptedException(_file!.Name, "the temporary file of a mark was changed.");
                _links.Add(link);
                used += read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
