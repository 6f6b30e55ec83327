namespace IpfsKit.Ipld.UnixFs;

/// <summary>A seekable stream over a file in a DAG.</summary>
/// <remarks>
/// Reading past the end reads nothing. Blocks are taken as they are needed; reading on in order reads ahead more and more, seeking elsewhere
/// begins anew. The synchronous reads block their thread until the source answers: prefer the asynchronous ones.
/// As every stream, not safe for concurrent use.
/// </remarks>
public sealed class UnixFsReadStream : Stream
{
    private readonly UnixFsFile _file;
    private IAsyncEnumerator<ReadOnlyMemory<byte>>? _pieces;
    private CancellationTokenSource? _stop;
    private ReadOnlyMemory<byte> _piece;
    private long _pieceEnd;
    private long _position;
    private bool _disposed;

    internal UnixFsReadStream(UnixFsFile file) => _file = file;

    /// <summary>The file.</summary>
    public Multiformats.Cid Cid => _file.Cid;

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanSeek => !_disposed;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _file.Length;
        }
    }

    /// <inheritdoc/>
    public override long Position
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _position;
        }

        set
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Opens a file and a stream over it.</summary>
    /// <inheritdoc cref="UnixFsFile.OpenAsync" path="/exception"/>
    public static async ValueTask<UnixFsReadStream> OpenAsync(
        IBlockSource source, Multiformats.Cid cid, UnixFsReadOptions? options = null, CancellationToken cancellationToken = default) =>
        new(await UnixFsFile.OpenAsync(source, cid, options, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = checked(offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => Position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        });
        if (position < 0)
            throw new IOException($"Position {position} lies before the beginning.");
        Position = position;
        return position;
    }

#pragma warning disable RS0027 // the parameters are those of Stream
    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty || _position >= _file.Length)
            return 0;
        var piece = await PieceAsync(cancellationToken).ConfigureAwait(false);
        var count = Math.Min(piece.Length, buffer.Length);
        piece.Span[..count].CopyTo(buffer.Span);
        _position += count;
        return count;
    }
#pragma warning restore RS0027

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty || _position >= _file.Length)
            return 0;
        var piece = PieceAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        var count = Math.Min(piece.Length, buffer.Length);
        piece.Span[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (_position < _file.Length)
        {
            var piece = await PieceAsync(cancellationToken).ConfigureAwait(false);
            await destination.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            _position += piece.Length;
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("Content is immutable.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Content is immutable.");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await CloseAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            CloseAsync().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    // What of the file lies at the position, at least one byte.
    private async ValueTask<ReadOnlyMemory<byte>> PieceAsync(CancellationToken cancellationToken)
    {
        var offset = _position - (_pieceEnd - _piece.Length);
        if (offset >= 0 && offset < _piece.Length)
            return _piece[(int)offset..];
        if (_pieces is null || _position != _pieceEnd)
            await RestartAsync().ConfigureAwait(false);

        try
        {
            if (!await MoveNextAsync(cancellationToken).ConfigureAwait(false))
                throw new UnixFsException(_file.Cid, $"it ends at byte {_position} of {_file.Length}.");
        }
        catch
        {
            await StopAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }

        _piece = _pieces!.Current;
        _pieceEnd = _position + _piece.Length;
        return _piece;
    }

    // The enumerator outlives one read, so a read that is cancelled ends it, and the next begins anew.
    private async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static stop => ((CancellationTokenSource)stop!).Cancel(), _stop);
        try
        {
            return await _pieces!.MoveNextAsync().ConfigureAwait(false);
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask RestartAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop = new CancellationTokenSource();
        _pieces = _file.ReadAsync(_position, _file.Length, fullWindow: false, _stop.Token).GetAsyncEnumerator(_stop.Token);
        _pieceEnd = _position;
    }

    private async ValueTask StopAsync()
    {
        _piece = default;
        if (_pieces is not null)
            await _pieces.DisposeAsync().ConfigureAwait(false);
        _pieces = null;
        _stop?.Dispose();
        _stop = null;
    }

    private async ValueTask CloseAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _file.Dispose();
    }
}
