using IpfsKit.Bitswap.Messages;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Network;

/// <summary>The messages of one kind to one peer, one after the other on a stream that is opened with the first, ends when there are none for a while, and is opened anew once where the other side has ended it. Thread-safe.</summary>
internal sealed class OutboundLane(PeerId peer, Func<CancellationToken, Task<IProtocolStream>> open, TimeProvider timeProvider, NetworkInstruments instruments) : IAsyncDisposable
{
    // Whoever waits for it gets it in the order of asking. Never disposed: who waits would wait forever.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _closing = new();
    private OutboundStream? _stream;
    private long _lastUsed;
    private Task _ending = Task.CompletedTask;

    /// <summary>Whether there is a stream.</summary>
    public bool IsOpen => Volatile.Read(ref _stream) is not null;

    /// <inheritdoc cref="IBitswapNetwork.SendAsync"/>
    public async ValueTask SendAsync(OutboundMessage message, CancellationToken cancellationToken)
    {
        await WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var started = timeProvider.GetTimestamp();
            var bytes = await SendInTimeAsync(message, cancellationToken).ConfigureAwait(false);
            _lastUsed = timeProvider.GetTimestamp();
            instruments.OnSent(bytes, timeProvider.GetElapsedTime(started, _lastUsed));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the stream if nothing was sent for a while.</summary>
    public void EndIfIdle(TimeSpan idle)
    {
        if (!IsOpen || !_ending.IsCompleted || !_turn.Wait(0, CancellationToken.None))
            return;
        try
        {
            if (_stream is not { } stream || timeProvider.GetElapsedTime(_lastUsed) < idle)
                return;
            _stream = null;
            _ending = stream.EndAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the stream at once; what waits to be sent fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (Interlocked.Exchange(ref _stream, null) is { } stream)
                await stream.AbandonAsync().ConfigureAwait(false);
            await _ending.ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask WaitForTurnAsync(CancellationToken cancellationToken)
    {
        if (_closing.IsCancellationRequested)
            throw Gone();
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!_closing.IsCancellationRequested)
            return;
        _turn.Release();
        throw Gone();
    }

    private async ValueTask<int> SendInTimeAsync(OutboundMessage message, CancellationToken cancellationToken)
    {
        var time = TransferTimeout.Of(MessageSize.Of(message, BitswapVersion.V120));
        using var timeout = new CancellationTokenSource(time, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _closing.Token, cancellationToken);
        try
        {
            return await SendAgainAsync(message, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            instruments.OnFailed(StreamFailure.Send);
            if (_closing.IsCancellationRequested)
                throw Gone();
            throw new TimeoutException($"{peer} did not take a message within {time.TotalSeconds:0.###} s.", e);
        }
        catch (Libp2pException)
        {
            instruments.OnFailed(StreamFailure.Send);
            throw;
        }
    }

    private async ValueTask<int> SendAgainAsync(OutboundMessage message, CancellationToken cancellationToken)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var stream = await GetStreamAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not ArgumentException)
            {
                // A part may have been written.
                stream.Reset();
                _stream = null;
                await stream.AbandonAsync().ConfigureAwait(false);
                if (isSecond || e is not (StreamResetException or NegotiationFailedException or ConnectionClosedException))
                    throw;
                instruments.OnReopened();
            }
        }
    }

    private async ValueTask<OutboundStream> GetStreamAsync(CancellationToken cancellationToken)
    {
        if (_stream is { IsUseless: true } useless)
        {
            _stream = null;
            await useless.AbandonAsync().ConfigureAwait(false);
        }

        return _stream ??= new OutboundStream(await open(cancellationToken).ConfigureAwait(false), timeProvider);
    }

    private ConnectionClosedException Gone() => new($"{peer} has left.");
}
