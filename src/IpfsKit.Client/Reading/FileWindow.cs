using IpfsKit.Client.Feeds;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client.Reading;

/// <summary>A part of a file on its way from one silo.</summary>
internal sealed class FileWindow : IAsyncDisposable
{
    /// <summary>Blocks come as the walk of the DAG names them: asking ahead would ask out of turn. The feed reads ahead instead.</summary>
    private static readonly UnixFsReadOptions InTurn = new() { ReadAheadBlocks = 0 };

    private readonly IBlockFeed _feed;
    private readonly UnixFsFile _file;
    private readonly IAsyncEnumerator<ReadOnlyMemory<byte>> _pieces;
    private readonly CancellationTokenSource _stop;
    private readonly long _maxSkipBytes;
    private ReadOnlyMemory<byte> _piece;
    private long _pieceStart;

    private FileWindow(IBlockFeed feed, UnixFsFile file, long start, long bytes, long maxSkipBytes)
    {
        _feed = feed;
        _maxSkipBytes = maxSkipBytes;
        _file = file;
        _pieceStart = start;
        End = Math.Min(file.Length, start + bytes);
        _stop = new CancellationTokenSource();
        _pieces = file.ReadAsync(new EntityBytes(start, End - 1), _stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>The length of the whole file.</summary>
    public long FileLength => _file.Length;

    /// <summary>The byte after the last.</summary>
    public long End { get; }

    /// <summary>Asks for a window and follows the path to its file.</summary>
    public static async ValueTask<FileWindow> OpenAsync(
        ReadSession session, IpfsKitClientOptions options, long start, long bytes, bool continues, CancellationToken cancellationToken)
    {
        var request = new EntityRequest
        {
            Path = session.Path,
            Scope = DagScope.Entity,
            Range = new EntityBytes(start, start + bytes - 1),
            Continues = continues,
        };
        var feed = new PrefetchedFeed(await session.OpenAsync(request, cancellationToken).ConfigureAwait(false), options.ReadAheadBytes);
        UnixFsFile? file = null;
        try
        {
            var source = new FeedBlockSource(feed);
            var resolved = await new UnixFsResolver(source, options: InTurn).ResolveAsync(session.Path, cancellationToken).ConfigureAwait(false);
            if (resolved.Remainder.Count > 0)
                throw new UnixFsTypeException(resolved.Cid, "a file", $"{resolved.Cid.Codec} data");
            file = await UnixFsFile.OpenAsync(source, resolved.Cid, InTurn, cancellationToken).ConfigureAwait(false);
            return new FileWindow(feed, file, start, bytes, options.FirstWindowBytes);
        }
        catch
        {
            file?.Dispose();
            await feed.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether a position is at hand, or will come soon enough to read over what lies before it.</summary>
    public bool Covers(long position) =>
        position >= _pieceStart && position < End && position - (_pieceStart + _piece.Length) <= _maxSkipBytes;

    /// <summary>The bytes from a position that it covers to the end of a block; valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long position, CancellationToken cancellationToken)
    {
        while (position >= _pieceStart + _piece.Length)
        {
            _pieceStart += _piece.Length;
            _piece = default;
            // The enumerator outlives one read. A read that is cancelled ends it, and the window is not used again.
            var registration = cancellationToken.UnsafeRegister(static stop => ((CancellationTokenSource)stop!).Cancel(), _stop);
            await using var _ = registration.ConfigureAwait(false);
            try
            {
                if (!await _pieces.MoveNextAsync().ConfigureAwait(false))
                    throw new UnixFsException(_file.Cid, $"it ends at byte {_pieceStart} of {_file.Length}.");
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }

            _piece = _pieces.Current;
        }

        return _piece[(int)(position - _pieceStart)..];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pieces.DisposeAsync().ConfigureAwait(false);
        _file.Dispose();
        await _feed.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
