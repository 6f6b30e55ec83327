namespace IpfsKit.Storage.Segments.Writing;

/// <summary>What waits for the committer: bounded by bytes and records, first come first served.</summary>
/// <remarks>A request counts from its admission until the committer is done with it. One that is larger than the bounds is admitted alone.</remarks>
internal sealed class WriteQueue(long maxBytes, int maxRecords)
{
    private readonly object _lock = new();
    private readonly Queue<WriteRequest> _admitted = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _bytes;
    private long _records;
    private bool _closed;

    /// <summary>Records that are admitted and not done.</summary>
    public long PendingRecords => Interlocked.Read(ref _records);

    /// <summary>Bytes that are admitted and not done.</summary>
    public long PendingBytes => Interlocked.Read(ref _bytes);

    /// <summary>Admits a request as soon as there is room; the caller then sees to it that somebody takes it. A cancelled one was not admitted.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed.</exception>
    public ValueTask EnqueueAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SegmentBlockStore));
            if (_waiting.Count == 0 && HasRoom(request))
            {
                Admit(request);
                return ValueTask.CompletedTask;
            }

            waiter = new Waiter(request);
            waiter.Node = _waiting.AddLast(waiter);
        }

        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Blocks until there are requests; false once the queue is closed and empty.</summary>
    public bool Wait()
    {
        lock (_lock)
        {
            while (_admitted.Count == 0)
            {
                if (_closed)
                    return false;
                Monitor.Wait(_lock);
            }

            return true;
        }
    }

    /// <summary>Takes all requests that are admitted.</summary>
    public void Take(List<WriteRequest> requests)
    {
        lock (_lock)
        {
            requests.AddRange(_admitted);
            _admitted.Clear();
        }
    }

    /// <summary>Ends a <see cref="Wait"/> if there are requests.</summary>
    public void WakeIfAny()
    {
        lock (_lock)
        {
            if (_admitted.Count > 0)
                Monitor.Pulse(_lock);
        }
    }

    /// <summary>Says that the committer is done with a request, and admits others in its place.</summary>
    public void Release(WriteRequest request)
    {
        lock (_lock)
        {
            _bytes -= request.Bytes;
            _records -= request.Items.Length;
            while (_waiting.First is { } first && HasRoom(first.Value.Request))
            {
                _waiting.RemoveFirst();
                first.Value.Node = null;
                Admit(first.Value.Request);
                first.Value.Admitted.TrySetResult();
                Monitor.Pulse(_lock);
            }
        }
    }

    /// <summary>Refuses new requests, and those that were not admitted.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var waiter in _waiting)
                waiter.Admitted.TrySetException(new ObjectDisposedException(nameof(SegmentBlockStore)));
            _waiting.Clear();
            Monitor.PulseAll(_lock);
        }
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (queue, waiter) = ((WriteQueue, Waiter))state!;
                queue.Cancel(waiter, token);
            },
            (this, waiter)).ConfigureAwait(false);
        await waiter.Admitted.Task.ConfigureAwait(false);
    }

    private void Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Node is not { } node || node.List is null)
                return;
            _waiting.Remove(node);
            waiter.Admitted.TrySetCanceled(cancellationToken);
        }
    }

    private bool HasRoom(WriteRequest request) =>
        (_bytes == 0 && _records == 0) || (_bytes + request.Bytes <= maxBytes && _records + request.Items.Length <= maxRecords);

    private void Admit(WriteRequest request)
    {
        _bytes += request.Bytes;
        _records += request.Items.Length;
        _admitted.Enqueue(request);
    }

    private sealed class Waiter(WriteRequest request)
    {
        public WriteRequest Request { get; } = request;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Waiter>? Node { get; set; }
    }
}
