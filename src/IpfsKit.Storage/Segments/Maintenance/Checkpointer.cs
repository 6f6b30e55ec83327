using IpfsKit.Storage.Segments.Writing;

namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Decides when to write a checkpoint, and writes it.</summary>
internal sealed class Checkpointer(StoreState state, Committer committer, long number, LogPosition covered, long checkpointBytes) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private long _number = number;
    private LogPosition _covered = covered;
    private long _writtenAt;
    private long _checkpointBytes = checkpointBytes;

    /// <summary>Whether the log has grown by the interval since the last checkpoint.</summary>
    public bool IsDue => committer.WrittenBytes - Volatile.Read(ref _writtenAt) >= state.Options.CheckpointIntervalBytes;

    /// <summary>Writes a checkpoint, unless nothing happened since the last.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // It would stand for segments that could not be read, and nobody would read them again.
            if (state.Segments.All().Any(segment => segment.IsHeld))
                return;
            var written = committer.WrittenBytes;
            var position = committer.Position;
            if (position == _covered)
                return;
            var length = CheckpointWriter.Write(state, position, ++_number, cancellationToken);
            _covered = position;
            state.Disk.Add(length - _checkpointBytes);
            _checkpointBytes = length;
            Volatile.Write(ref _writtenAt, written);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
