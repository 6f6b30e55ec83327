using System.Buffers;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>A stream whose protocol was proposed and not yet agreed on: the proposal rides with the first write in one frame, and the first read checks the answer.</summary>
/// <remarks>
/// Saves the round trip of a negotiation. If the other side refuses, the stream is reset, and reads and writes fail with <see cref="NegotiationFailedException"/>; what was written before was for nobody.
/// A stream that reads first sends the proposal alone.
/// </remarks>
internal sealed class NegotiatedStream(IMuxedStream stream, MultistreamProposal proposal) : IMuxedStream
{
    /// <summary>What goes into one frame of the muxers that there are.</summary>
    private const int MaxFirstWriteBytes = 60 * 1024;

    // Held while the proposal is written, by a read, a write or an end, whichever is first; the others wait for it.
    private readonly SemaphoreSlim _proposing = new(1);
    private volatile bool _isProposed;
    private volatile bool _isAnswered;
    private volatile NegotiationFailedException? _failure;
    private int _matched;

    public long Id => stream.Id;

    public ConnectionDirection Direction => stream.Direction;

    /// <summary>The protocol that was proposed.</summary>
    public string Protocol => proposal.Protocol;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isAnswered ? stream.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        _isAnswered ? stream.WaitToReadAsync(cancellationToken) : WaitForAnswerAsync(cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isProposed && _failure is null ? stream.WriteAsync(buffer, cancellationToken) : WriteFirstAsync(buffer, cancellationToken);

    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        if (!_isProposed)
            await WriteFirstAsync(default, cancellationToken).ConfigureAwait(false);
        await stream.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Reset() => stream.Reset();

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_failure is { } earlier)
            throw earlier;
        if (!_isProposed)
            await WriteFirstAsync(default, cancellationToken).ConfigureAwait(false);
        await ReadAnswerAsync(isQuiet: false, cancellationToken).ConfigureAwait(false);
        return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> WaitForAnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_failure is not null)
                return false;
            if (!_isProposed)
                await WriteFirstAsync(default, cancellationToken).ConfigureAwait(false);
            return await ReadAnswerAsync(isQuiet: true, cancellationToken).ConfigureAwait(false) && await stream.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask<bool> ReadAnswerAsync(bool isQuiet, CancellationToken cancellationToken)
    {
        var expected = proposal.Bytes.Length;
        var answer = ArrayPool<byte>.Shared.Rent(expected);
        try
        {
            // A cancelled read goes on where it was. Nothing behind the answer is read, unless it is a wrong one.
            while (_matched < expected)
            {
                if (isQuiet && !await stream.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                    return false;
                var read = await stream.ReadAsync(answer.AsMemory(0, expected - _matched), cancellationToken).ConfigureAwait(false);
                proposal.Match(ref _matched, answer.AsSpan(0, read));
            }

            return _isAnswered = true;
        }
        catch (NegotiationFailedException exception)
        {
            _failure = exception;
            stream.Reset();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await _proposing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_failure is { } failure)
                throw failure;
            if (!_isProposed)
            {
                var together = Math.Min(buffer.Length, MaxFirstWriteBytes);
                await WriteProposalAsync(buffer[..together], cancellationToken).ConfigureAwait(false);
                _isProposed = true;
                buffer = buffer[together..];
            }

            if (!buffer.IsEmpty)
                await stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _proposing.Release();
        }
    }

    private async ValueTask WriteProposalAsync(ReadOnlyMemory<byte> first, CancellationToken cancellationToken)
    {
        if (first.IsEmpty)
        {
            await stream.WriteAsync(proposal.Bytes, cancellationToken).ConfigureAwait(false);
            return;
        }

        var length = proposal.Bytes.Length + first.Length;
        var both = ArrayPool<byte>.Shared.Rent(length);
        proposal.Bytes.CopyTo(both);
        first.CopyTo(both.AsMemory(proposal.Bytes.Length));
        await stream.WriteAsync(both.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        // Not after a failed write, which may leave it in use.
        ArrayPool<byte>.Shared.Return(both);
    }
}
