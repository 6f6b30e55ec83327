using IpfsKit.Client.Feeds;

namespace IpfsKit.Client.Reading;

/// <summary>A file of the cluster as a seekable stream.</summary>
/// <remarks>
/// <para>The file is read in windows, each one request. The first after opening or seeking is small, each further one of a reader that goes on is four
/// times as large: random access wastes little, sequential access waits seldom, and a window that is read to its end leaves its connection for the
/// next. A short jump forward is read over; any other jump ends the window.</para>
/// <para>When a silo fails, the rest of the window comes from the next one, beginning with the byte that is needed.</para>
/// </remarks>
internal sealed class FileReadStream : Stream
{
    private const int WindowGrowth = 4;
    private const long MaxWindowBytes = 1L << 30;

    private readonly ReadSession _session;
    private readonly IpfsKitClientOptions _options;
    private FileWindow? _window;
    private long _nextWindowBytes;
    private long _position;
    private bool _disposed;

    private FileReadStream(ReadSession session, IpfsKitClientOptions options, FileWindow window)
    {
        _session = session;
        _options = options;
        _window = window;
        Length = window.FileLength;
        _nextWindowBytes = (long)options.FirstWindowBytes * WindowGrowth;
    }

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ObjectDisposedException.ThrowIf(_disposed, this);
            _position = value;
        }
    }

    /// <summary>Opens the file, and the first window of it.</summary>
    public static async Task<FileReadStream> OpenAsync(ReadSession session, IpfsKitClientOptions options, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var window = await FileWindow.OpenAsync(session, options, 0, options.FirstWindowBytes, continues: false, cancellationToken).ConfigureAwait(false);
                return new FileReadStream(session, options, window);
            }
            catch (FeedFailureException exception)
            {
                session.Failed(exception);
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var piece = await PieceAsync(buffer.Length, cancellationToken).ConfigureAwait(false);
        piece.Span.CopyTo(buffer.Span);
        Advance(piece.Length);
        return piece.Length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Blocks the thread until bytes are here: for callers that have no other way.</summary>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        // Whoever copies wants everything that is left.
        _nextWindowBytes = Math.Max(_nextWindowBytes, Math.Min(MaxWindowBytes, Length - _position));
        while (true)
        {
            var piece = await PieceAsync(int.MaxValue, cancellationToken).ConfigureAwait(false);
            if (piece.IsEmpty)
                return;
            await destination.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            Advance(piece.Length);
        }
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => checked(_position + offset),
            SeekOrigin.End => checked(Length + offset),
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, null),
        };
        if (position < 0)
            throw new IOException($"Position {position} lies before the beginning of the file.");
        return Position = position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("Content is immutable.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Content is immutable.");

    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await CloseWindowAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    /// <summary>The bytes at the position that are at hand, at least one and at most so many; empty at the end of the file.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> PieceAsync(int maxBytes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_position >= Length || maxBytes == 0)
            return default;
        while (true)
        {
            try
            {
                var window = await WindowAsync(cancellationToken).ConfigureAwait(false);
                var piece = await window.ReadAsync(_position, cancellationToken).ConfigureAwait(false);
                _session.Progressed();
                return piece[..Math.Min(piece.Length, maxBytes)];
            }
            catch (FeedFailureException exception)
            {
                await CloseWindowAsync().ConfigureAwait(false);
                _session.Failed(exception);
            }
            catch
            {
                // Cancelled in the middle of something: the window's state is not worth keeping.
                await CloseWindowAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private async ValueTask<FileWindow> WindowAsync(CancellationToken cancellationToken)
    {
        if (_window is { } window)
        {
            if (window.Covers(_position))
                return window;
            // A window that was read to its end is followed by a larger one, a seek starts small again.
            if (_position != window.End)
                _nextWindowBytes = _options.FirstWindowBytes;
            await CloseWindowAsync().ConfigureAwait(false);
        }

        var bytes = Math.Min(_nextWindowBytes, Length - _position);
        _window = await FileWindow.OpenAsync(_session, _options, _position, bytes, continues: true, cancellationToken).ConfigureAwait(false);
        _nextWindowBytes = Math.Min(MaxWindowBytes, _nextWindowBytes * WindowGrowth);
        return _window;
    }

    private void Advance(int bytes) => _position += bytes;

    private async ValueTask CloseWindowAsync()
    {
        if (_window is { } window)
        {
            _window = null;
            await window.DisposeAsync().ConfigureAwait(false);
        }
    }
}
