using IpfsKit.Storage.Files;

namespace IpfsKit.Fuzz.Tests.Targets.Storage;

/// <summary>The bytes of an input as a file of the store.</summary>
internal sealed class MemoryFile : IStorageFile
{
    private byte[] _bytes = [];
    private int _length;

    public long Length => _length;

    public Span<byte> Span => _bytes.AsSpan(0, _length);

    /// <summary>Makes this the content, without allocating where there is room.</summary>
    public void Set(int zeros, ReadOnlySpan<byte> content)
    {
        SetLength(zeros + content.Length);
        _bytes.AsSpan(0, zeros).Clear();
        content.CopyTo(_bytes.AsSpan(zeros));
    }

    public int Read(Span<byte> buffer, long offset)
    {
        if (offset < 0 || offset >= _length)
            return 0;
        var count = (int)Math.Min(buffer.Length, _length - offset);
        _bytes.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        foreach (var buffer in buffers)
        {
            SetLength(Math.Max(_length, offset + buffer.Length));
            buffer.Span.CopyTo(_bytes.AsSpan((int)offset));
            offset += buffer.Length;
        }
    }

    public void SyncData()
    {
    }

    public void SetLength(long length)
    {
        if (_bytes.Length < length)
            Array.Resize(ref _bytes, (int)Math.Max(length, 64 << 10));
        _length = (int)length;
    }

    public void Dispose()
    {
    }
}
