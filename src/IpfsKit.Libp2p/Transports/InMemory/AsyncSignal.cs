using System.Threading.Tasks.Sources;

namespace IpfsKit.Libp2p.Transports.InMemory;

/// <summary>Wakes one waiter, again and again, without an allocation. A signal that nobody waits for is kept for the next wait.</summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    private readonly Lock _lock = new();

    // Asynchronously, since signals are set by timers and by the other end of the connection.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private bool _isWaiting;
    private bool _isSet;

    /// <summary>Whether somebody waits.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_lock)
                return _isWaiting;
        }
    }

    /// <summary>Wakes the waiter.</summary>
    public void Set()
    {
        lock (_lock)
        {
            if (!_isWaiting)
            {
                _isSet = true;
                return;
            }

            _isWaiting = false;
        }

        _core.SetResult(true);
    }

    /// <summary>Waits for the next signal. It may come without a reason: look again.</summary>
    /// <exception cref="InvalidOperationException">Somebody waits already.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        lock (_lock)
        {
            if (_isWaiting)
                throw new InvalidOperationException("One read and one write may be under way at a time.");
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _core.Reset();
            _isWaiting = true;
        }

        _registration = cancellationToken.UnsafeRegister(static (state, token) => ((AsyncSignal)state!).Cancel(token), this);
        return new ValueTask(this, _core.Version);
    }

    void IValueTaskSource.GetResult(short token)
    {
        // After this no cancellation of this wait can reach the next one.
        _registration.Dispose();
        _registration = default;
        _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_isWaiting)
                return;
            _isWaiting = false;
        }

        _core.SetException(new OperationCanceledException(cancellationToken));
    }
}
