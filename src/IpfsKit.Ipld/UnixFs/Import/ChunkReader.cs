namespace IpfsKit.Ipld.UnixFs;

/// <summary>Cuts a stream into chunks of a fixed size, each in a pooled buffer with the room that its leaf needs around it.</summary>
/// <remarks>
/// A chunk that fills at most half of a buffer is moved into one of its own size, so that many small files do not hold many large buffers.
/// One buffer is kept for the next read, whatever the file.
/// </remarks>
internal sealed class ChunkReader(UnixFsProfile profile) : IDisposable
{
    private readonly int _head = profile.RawLeaves ? 0 : UnixFsLeaf.HeadBytes;
    private readonly int _tail = profile.RawLeaves ? 0 : UnixFsLeaf.TailBytes;
    private PooledBuffer? _spare;

    /// <summary>Reads the next chunk; only the last is shorter than the profile's, and past it there are empty ones.</summary>
    /// <returns>A buffer that the caller owns, with the chunk after the room for the leaf's head, and the chunk's length.</returns>
    public async ValueTask<(PooledBuffer Buffer, int ChunkBytes)> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = _spare ?? PooledBuffer.Rent(_head + profile.ChunkBytes + _tail);
        _spare = null;
        try
        {
            var read = await content.ReadAtLeastAsync(
                buffer.Memory.Slice(_head, profile.ChunkBytes), profile.ChunkBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read > profile.ChunkBytes / 2)
                return (Take(ref buffer), read);
            var small = PooledBuffer.Rent(_head + read + _tail);
            buffer.Span.Slice(_head, read).CopyTo(small.Span[_head..]);
            _spare = Take(ref buffer);
            return (small, read);
        }
        finally
        {
            buffer?.Dispose();
        }
    }

    /// <summary>Moves a raw chunk to where a dag-pb leaf needs it; takes over <paramref name="buffer"/>.</summary>
    public PooledBuffer MakeRoom(PooledBuffer buffer, int chunkBytes)
    {
        if (!profile.RawLeaves)
            return buffer;
        var roomy = PooledBuffer.Rent(UnixFsLeaf.MaxOverheadBytes + chunkBytes);
        buffer.Span[..chunkBytes].CopyTo(roomy.Span[UnixFsLeaf.HeadBytes..]);
        buffer.Dispose();
        return roomy;
    }

    public void Dispose()
    {
        _spare?.Dispose();
        _spare = null;
    }

    private static PooledBuffer Take(ref PooledBuffer? buffer)
    {
        var taken = buffer!;
        buffer = null;
        return taken;
    }
}
