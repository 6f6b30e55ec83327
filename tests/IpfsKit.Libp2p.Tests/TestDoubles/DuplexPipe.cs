namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>One direction of a <see cref="DuplexConnection"/>: a ring of bytes with one reader and one writer. What does not wait does not allocate.</summary>
internal sealed class DuplexPipe(int capacity)
{
    private readonly Lock _lock = new();
    private readonly byte[] _ring = new byte[capacity];
    private long _read;
    private long _written;
    private bool _completed;
    private bool _failed;
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _writable;
    private bool? _waitsWithBuffer;

    public Action<Memory<byte>, long>? Tamper { get; set; }

    public long TotalBytes
    {
        get
        {
            lock (_lock)
                return _written;
        }
    }

    public bool? WaitsWithBuffer
    {
        get
        {
            lock (_lock)
                return _readable is null ? null : _waitsWithBuffer;
        }
    }

    public bool WaitsForRoom
    {
        get
        {
            lock (_lock)
                return _writable is not null;
        }
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryRead(buffer, out var bytes, out var wait) ? ValueTask.FromResult(bytes) : WaitAndReadAsync(wait, buffer, cancellationToken);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryWrite(ref buffer, out var wait) ? ValueTask.CompletedTask : WaitAndWriteAsync(wait, buffer, cancellationToken);
    }

    public void Complete()
    {
        lock (_lock)
            _completed = true;
        Wake(ref _readable);
    }

    public void Fail()
    {
        lock (_lock)
            _failed = true;
        Wake(ref _readable);
        Wake(ref _writable);
    }

    private async ValueTask<int> WaitAndReadAsync(Task wait, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            await wait.WaitAsync(cancellationToken);
            if (TryRead(buffer, out var bytes, out wait))
                return bytes;
        }
    }

    private async ValueTask WaitAndWriteAsync(Task wait, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        do
            await wait.WaitAsync(cancellationToken);
        while (!TryWrite(ref buffer, out wait));
    }

    private bool TryRead(Memory<byte> buffer, out int bytes, out Task wait)
    {
        lock (_lock)
        {
            wait = Task.CompletedTask;
            bytes = 0;
            if (_failed)
                throw new ConnectionClosedException("The connection was aborted.");
            var available = (int)(_written - _read);
            if (available == 0 && !_completed)
            {
                _waitsWithBuffer = buffer.Length > 0;
                _readable ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _readable.Task;
                return false;
            }

            bytes = Math.Min(available, buffer.Length);
            var offset = (int)(_read % _ring.Length);
            var first = Math.Min(bytes, _ring.Length - offset);
            _ring.AsSpan(offset, first).CopyTo(buffer.Span);
            _ring.AsSpan(0, bytes - first).CopyTo(buffer.Span[first..]);
            _read += bytes;
        }

        if (bytes > 0)
            Wake(ref _writable);
        return true;
    }

    private bool TryWrite(ref ReadOnlyMemory<byte> buffer, out Task wait)
    {
        bool whole;
        lock (_lock)
        {
            wait = Task.CompletedTask;
            if (_failed)
                throw new ConnectionClosedException("The connection was aborted.");
            if (_completed)
                throw new InvalidOperationException("This direction has ended.");
            var bytes = Math.Min(buffer.Length, _ring.Length - (int)(_written - _read));
            for (var done = 0; done < bytes;)
            {
                var offset = (int)(_written % _ring.Length);
                var part = Math.Min(bytes - done, _ring.Length - offset);
                buffer.Slice(done, part).CopyTo(_ring.AsMemory(offset, part));
                Tamper?.Invoke(_ring.AsMemory(offset, part), _written);
                _written += part;
                done += part;
            }

            buffer = buffer[bytes..];
            whole = buffer.IsEmpty;
            if (!whole)
            {
                _writable ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _writable.Task;
            }
        }

        Wake(ref _readable);
        return whole;
    }

    private void Wake(ref TaskCompletionSource? waiter)
    {
        TaskCompletionSource? wake;
        lock (_lock)
            (wake, waiter) = (waiter, null);
        wake?.TrySetResult();
    }
}
