namespace IpfsKit.Ipld.UnixFs;

/// <summary>Imports files one after the other; hashes the chunks of a file on all processors.</summary>
/// <remarks>
/// One loop reads chunk after chunk, hands each to the thread pool and takes the blocks back in order, at most a window behind. What is in
/// memory is bounded by that window, one chunk being read, and what the <see cref="BlockBatchWriter"/> holds. When importing throws, all
/// buffers are back in their pool before the exception leaves.
/// </remarks>
internal sealed class FileImport(UnixFsImportOptions options, BlockBatchWriter writer, ImportProgress progress, int concurrentFiles = 1) : IDisposable
{
    private readonly UnixFsProfile _profile = options.Profile;
    private readonly int _window = Math.Clamp(options.MaxHashingBytes / concurrentFiles / options.Profile.ChunkBytes, 1, 2 * Environment.ProcessorCount);
    private readonly ChunkReader _reader = new(options.Profile);
    private readonly Queue<LeafJob> _running = new();
    private readonly Stack<LeafJob> _idle = new();

    /// <summary>Imports one file and returns its root.</summary>
    /// <remarks>
    /// Mode and time are kept in the root. A file of one chunk whose leaf would be raw gets a dag-pb root that holds the chunk, as raw
    /// blocks have no metadata.
    /// </remarks>
    public async ValueTask<UnixFsPart> ImportAsync(Stream content, uint? mode, UnixFsTime? modificationTime, CancellationToken cancellationToken)
    {
        PooledBuffer? current = null, next = null;
        try
        {
            // An empty file is one empty chunk; otherwise there is a chunk only where there are bytes.
            (current, var currentBytes) = await _reader.ReadAsync(content, cancellationToken).ConfigureAwait(false);
            (next, var nextBytes) = await ReadAfterAsync(content, currentBytes, cancellationToken).ConfigureAwait(false);
            if (next is null)
                return await ImportSingleAsync(Take(ref current)!, currentBytes, mode, modificationTime, cancellationToken).ConfigureAwait(false);

            var layout = new BalancedLayout(options, writer, progress);
            while (current is not null)
            {
                if (_running.Count == _window)
                    await TakeOldestAsync(layout, cancellationToken).ConfigureAwait(false);
                StartJob(Take(ref current)!, currentBytes);
                (current, currentBytes) = (Take(ref next), nextBytes);
                if (current is not null)
                    (next, nextBytes) = await ReadAfterAsync(content, currentBytes, cancellationToken).ConfigureAwait(false);
            }

            while (_running.Count > 0)
                await TakeOldestAsync(layout, cancellationToken).ConfigureAwait(false);
            return await layout.FinishAsync(mode, modificationTime, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            current?.Dispose();
            next?.Dispose();
            await DropRunningAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _reader.Dispose();

    private async ValueTask<(PooledBuffer? Buffer, int ChunkBytes)> ReadAfterAsync(Stream content, int previousBytes, CancellationToken cancellationToken)
    {
        if (previousBytes < _profile.ChunkBytes)
            return default;
        var (buffer, chunkBytes) = await _reader.ReadAsync(content, cancellationToken).ConfigureAwait(false);
        if (chunkBytes > 0)
            return (buffer, chunkBytes);
        buffer.Dispose();
        return default;
    }

    private async ValueTask<UnixFsPart> ImportSingleAsync(
        PooledBuffer buffer, int chunkBytes, uint? mode, UnixFsTime? modificationTime, CancellationToken cancellationToken)
    {
        if (mode is not null || modificationTime is not null)
            buffer = _reader.MakeRoom(buffer, chunkBytes);
        var block = LeafJob.MakeBlock(_profile, buffer, chunkBytes, mode, modificationTime);
        var part = new UnixFsPart(block.Cid, (ulong)chunkBytes, (ulong)block.Size);
        if (block.Size > options.MaxBlockBytes)
        {
            block.Dispose();
            throw new BlockTooLargeException(part.Cid, (long)part.DagBytes, options.MaxBlockBytes);
        }

        await writer.AddAsync(block, cancellationToken).ConfigureAwait(false);
        progress.AddBlock(chunkBytes);
        return part;
    }

    private void StartJob(PooledBuffer buffer, int chunkBytes)
    {
        if (!_idle.TryPop(out var job))
            job = new LeafJob(_profile);
        job.Start(buffer, chunkBytes);
        _running.Enqueue(job);
    }

    private async ValueTask TakeOldestAsync(BalancedLayout layout, CancellationToken cancellationToken)
    {
        var job = _running.Dequeue();
        var chunkBytes = job.ChunkBytes;
        var block = await job.TakeAsync().ConfigureAwait(false);
        _idle.Push(job);
        var part = new UnixFsPart(block.Cid, (ulong)chunkBytes, (ulong)block.Size);
        await writer.AddAsync(block, cancellationToken).ConfigureAwait(false);
        progress.AddBlock(chunkBytes);
        await layout.AddAsync(part, cancellationToken).ConfigureAwait(false);
    }

    // Only after a failure is anything left here: its blocks go nowhere.
    private async ValueTask DropRunningAsync()
    {
        while (_running.TryDequeue(out var job))
        {
            try
            {
                (await job.TakeAsync().ConfigureAwait(false)).Dispose();
                _idle.Push(job);
            }
#pragma warning disable CA1031 // the failure that brought us here is the one to report
            catch (Exception)
#pragma warning restore CA1031
            {
                continue;
            }
        }
    }

    private static PooledBuffer? Take(ref PooledBuffer? buffer)
    {
        var taken = buffer;
        buffer = null;
        return taken;
    }
}
