using System.Runtime.ExceptionServices;

namespace IpfsKit.Storage.Sqlite;

/// <summary>A few sessions that read. Each is lent to one caller at a time, who reads on his own thread.</summary>
/// <remarks>
/// <para>A row out of cached pages takes some microseconds, less than handing the question to a thread and the answer back: measured, a tenth of what the registration of a root costs. A page that is not
/// cached takes one read of the disk, as a block of the store does.</para>
/// <para>Callers beyond the sessions wait in the order in which they came, without a thread, up to a limit; past it a read is refused at once.</para>
/// </remarks>
/// <param name="file">The file.</param>
/// <param name="sessions">How many read at once. They open with the first reads, and again after a failure.</param>
/// <param name="maxWaiting">How many may wait.</param>
/// <param name="open">Opens a session.</param>
internal sealed class SqliteReaders<TContext>(SqliteFile file, int sessions, int maxWaiting, Func<TContext> open) : IAsyncDisposable
    where TContext : SqliteContext
{
    private readonly SemaphoreSlim _free = new(sessions);
    private readonly Lock _lock = new();
    private readonly Stack<TContext> _idle = new();
    private int _waiting;
    private bool _closed;

    /// <summary>Reads, in one view of the file.</summary>
    /// <param name="argument">The question's argument.</param>
    /// <param name="read">The question; a static lambda, so that nothing is captured.</param>
    /// <param name="cancellationToken">Ends the waiting for a session; has no effect once the reading has begun.</param>
    public async ValueTask<TResult> Run<TArgument, TResult>(TArgument argument, Func<TContext, TArgument, TResult> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_free.Wait(0, CancellationToken.None))
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Read(argument, read);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for the reads that were called, then closes the sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _closed = true;
        for (var i = 0; i < sessions; i++)
            await _free.WaitAsync().ConfigureAwait(false);
        foreach (var context in _idle)
            context.Dispose();
        _idle.Clear();
        _free.Release(sessions);
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > maxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw file.Faults.QueueFull(file.Path, "reads", maxWaiting);
        }

        try
        {
            await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private TResult Read<TArgument, TResult>(TArgument argument, Func<TContext, TArgument, TResult> read)
    {
        var context = Take();
        try
        {
            context.Session.Begin();
            var result = read(context, argument);
            context.Session.Commit();
            Return(context);
            return result;
        }
        catch (Exception exception)
        {
            if (SqliteFailures.IsOfOneCall(exception) && context.Session.TryRollback())
                Return(context);
            else
                context.Dispose();
            ExceptionDispatchInfo.Throw(file.Describe("read", exception));
            throw;
        }
    }

    private TContext Take()
    {
        lock (_lock)
        {
            if (_closed)
                throw file.Faults.Closed(file.Path);
            if (_idle.TryPop(out var context))
                return context;
        }

        return open();
    }

    private void Return(TContext context)
    {
        lock (_lock)
            _idle.Push(context);
    }
}
