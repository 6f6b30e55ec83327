namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>The places for streams that the other side has not accepted yet. Who finds none waits in turn, for a bounded time and with bounded company. Thread-safe.</summary>
internal sealed class YamuxOpenPlaces(YamuxOptions options, TimeProvider timeProvider, Action refused)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private int _taken;
    private ConnectionClosedException? _failure;

    /// <summary>Those who wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Takes a place that is free. While anybody waits, none is.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            if (_taken == options.MaxUnacknowledgedStreams)
                return false;
            _taken++;
            return true;
        }
    }

    /// <summary>Takes a place as soon as it is this caller's turn.</summary>
    /// <exception cref="ResourceLimitExceededException">As many wait as may, or the other side did not accept anything for too long.</exception>
    /// <exception cref="ConnectionClosedException">Nothing is opened any more.</exception>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        var turn = new LinkedListNode<TaskCompletionSource>(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        bool isCrowded;
        lock (_lock)
        {
            if (_failure is not null)
                throw new ConnectionClosedException(_failure.Message, _failure);
            if (_taken < options.MaxUnacknowledgedStreams)
            {
                _taken++;
                return;
            }

            isCrowded = _waiting.Count >= options.MaxWaitingStreams;
            if (!isCrowded)
                _waiting.AddLast(turn);
        }

        if (isCrowded)
            throw Refuse(options.MaxWaitingStreams);
        try
        {
            await turn.Value.Task.WaitAsync(options.OpenTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (TryLeave(turn))
        {
            throw Refuse(options.MaxUnacknowledgedStreams);
        }
        catch (OperationCanceledException)
        {
            if (!TryLeave(turn) && turn.Value.Task.Exception is null)
                GiveBack();
            throw;
        }
        catch (TimeoutException)
        {
            // At the same moment its turn has come, or nobody's does any more.
            await turn.Value.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Gives a place back: the other side has accepted a stream, or it has ended.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            if (_waiting.First is not { } next)
            {
                _taken--;
                return;
            }

            _waiting.RemoveFirst();
            next.Value.SetResult();
        }
    }

    /// <summary>Nobody's turn comes any more.</summary>
    public void Close(ConnectionClosedException failure)
    {
        lock (_lock)
        {
            _failure ??= failure;
            foreach (var turn in _waiting)
                turn.SetException(new ConnectionClosedException(_failure.Message, _failure));
            _waiting.Clear();
        }
    }

    /// <summary>Waits no longer.</summary>
    /// <returns>False if it has got a place, or was told that there are none any more.</returns>
    private bool TryLeave(LinkedListNode<TaskCompletionSource> turn)
    {
        lock (_lock)
        {
            if (turn.List is null)
                return false;
            _waiting.Remove(turn);
            return true;
        }
    }

    private ResourceLimitExceededException Refuse(int limit)
    {
        refused();
        return new ResourceLimitExceededException("connection", "streams", limit);
    }
}
