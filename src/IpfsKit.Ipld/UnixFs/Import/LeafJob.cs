using System.Threading.Tasks.Sources;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Makes the block of one chunk on a thread of the pool; reused for the next chunk once its block was taken.</summary>
internal sealed class LeafJob(UnixFsProfile profile) : IThreadPoolWorkItem, IValueTaskSource<Block>
{
    private ManualResetValueTaskSourceCore<Block> _source;
    private PooledBuffer? _buffer;
    private int _chunkBytes;

    /// <summary>The bytes of the file in the chunk.</summary>
    public int ChunkBytes => _chunkBytes;

    /// <summary>Starts hashing; the job owns the buffer from here, and the block after.</summary>
    public void Start(PooledBuffer buffer, int chunkBytes)
    {
        (_buffer, _chunkBytes) = (buffer, chunkBytes);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The block; to be awaited once for each start.</summary>
    public ValueTask<Block> TakeAsync() => new(this, _source.Version);

    /// <summary>Makes the block of a chunk that lies in <paramref name="buffer"/> where <see cref="ChunkReader"/> puts it.</summary>
    public static Block MakeBlock(UnixFsProfile profile, PooledBuffer buffer, int chunkBytes, uint? mode = null, UnixFsTime? modificationTime = null)
    {
        if (profile.RawLeaves && mode is null && modificationTime is null)
        {
            var chunk = buffer.Memory[..chunkBytes];
            return Block.CreateTrusted(Cid.CreateV1(Multicodec.Raw, MultihashAlgorithm.Compute(UnixFsBlocks.Hash, chunk.Span)), chunk, buffer);
        }

        var (start, length) = UnixFsLeaf.Wrap(buffer.Span, chunkBytes, mode, modificationTime);
        var block = buffer.Memory.Slice(start, length);
        return Block.CreateTrusted(UnixFsBlocks.NameDagPb(block.Span, profile), block, buffer);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var buffer = _buffer!;
        _buffer = null;
        Block block;
        try
        {
            block = MakeBlock(profile, buffer, _chunkBytes);
        }
#pragma warning disable CA1031 // whatever it is, it belongs to whoever takes the block
        catch (Exception exception)
#pragma warning restore CA1031
        {
            buffer.Dispose();
            _source.SetException(exception);
            return;
        }

        _source.SetResult(block);
    }

    Block IValueTaskSource<Block>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<Block>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<Block>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
