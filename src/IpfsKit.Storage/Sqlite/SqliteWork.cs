namespace IpfsKit.Storage.Sqlite;

/// <summary>Something to be done with a file by the thread that owns its connection.</summary>
internal abstract class SqliteWork<TContext>
{
    private const int Queued = 0;
    private const int Started = 1;
    private const int Cancelled = 2;

    private int _state;
    private CancellationTokenRegistration _cancellation;

    /// <summary>What the object itself takes, added to <see cref="PayloadBytes"/> in the queue's account.</summary>
    public const int OverheadBytes = 256;

    /// <summary>The bytes that it holds while it waits.</summary>
    public virtual int PayloadBytes => 0;

    /// <summary>Lets a token take the work out of the queue. Once it has started, it runs to its end.</summary>
    internal void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (work, token) => ((SqliteWork<TContext>)work!).Cancel(token), this);
    }

    /// <summary>False if the work was cancelled.</summary>
    internal bool TryStart()
    {
        _cancellation.Unregister();
        return Interlocked.CompareExchange(ref _state, Started, Queued) == Queued;
    }

    /// <summary>Does it. A writer may undo it and do it again, so nothing outside the transaction may change.</summary>
    internal abstract void Execute(TContext context);

    /// <summary>Hands the result to the one who waits.</summary>
    internal abstract void Complete();

    /// <summary>Hands a failure to the one who waits.</summary>
    internal abstract void Fail(Exception exception);

    /// <summary>Tells the one who waits that it was cancelled.</summary>
    protected abstract void SetCancelled(CancellationToken cancellationToken);

    private void Cancel(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Queued) == Queued)
            SetCancelled(cancellationToken);
    }
}

/// <summary>A work with a result.</summary>
internal abstract class SqliteWork<TContext, TResult> : SqliteWork<TContext>
{
    // Asynchronous continuations: the thread that completes a work is the one that everybody else waits for.
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult _result = default!;

    /// <summary>The result, once it is durable (writes) or read.</summary>
    public Task<TResult> Completion => _completion.Task;

    /// <inheritdoc cref="SqliteWork{TContext}.Execute"/>
    protected abstract TResult Run(TContext context);

    internal sealed override void Execute(TContext context) => _result = Run(context);

    internal sealed override void Complete() => _completion.TrySetResult(_result);

    internal sealed override void Fail(Exception exception) => _completion.TrySetException(exception);

    protected sealed override void SetCancelled(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}
