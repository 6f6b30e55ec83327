using System.Buffers;
using System.Runtime.CompilerServices;

namespace IpfsKit.Libp2p.Transports.InMemory;

/// <summary>One direction of a connection: bytes, each with the time at which it arrives.</summary>
/// <remarks>
/// <para>What is written is cut into segments that queue with their time of arrival: the link is free again after <c>bytes / bandwidth</c>, and a segment is there a latency later, or later still if it was lost. Order is kept, so a
/// late segment holds up those behind it. The reader takes all that has arrived; only when it waits for something that is on its way, one timer is set for the first arrival. So the cost does not depend on the number of
/// writes, and a fake clock decides everything.</para>
/// <para>Each end can fail by itself, since it learns of a reset at its own time.</para>
/// </remarks>
internal sealed class InMemoryPipe(TimeProvider timeProvider, Func<InMemoryConditions> conditions, Random random) : IDisposable
{
    private const int MaxSegmentBytes = 64 << 10;
    private const int PacketBytes = 1460;

    private readonly Lock _lock = new();
    private readonly Queue<Segment> _segments = new();
    private readonly AsyncSignal _readable = new();
    private readonly AsyncSignal _writable = new();
    private ITimer? _timer;
    private int _headOffset;
    private long _queuedBytes;
    private long _linkFreeAt;
    private long _lastArrival;
    private long? _endsAt;
    private Exception? _readFailure;
    private Exception? _writeFailure;

    /// <summary>See <see cref="IRawConnection.ReadAsync"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            ValueTask wait;
            lock (_lock)
            {
                if (_readFailure is not null)
                    throw Rethrow(_readFailure);
                var now = timeProvider.GetTimestamp();
                if (_segments.TryPeek(out var head) ? head.ArrivesAt <= now : _endsAt <= now)
                    return Take(buffer.Span, now);
                if (NextArrival is { } next)
                    SetTimer(next, now);
                wait = _readable.WaitAsync(cancellationToken);
            }

            await wait.ConfigureAwait(false);
        }
    }

    /// <summary>See <see cref="IRawConnection.WriteAsync"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            ValueTask wait;
            lock (_lock)
            {
                if (_writeFailure is not null)
                    throw Rethrow(_writeFailure);
                if (_endsAt is not null)
                    throw new ConnectionClosedException("This side has ended its direction.");
                var current = conditions();
                while (!buffer.IsEmpty && _queuedBytes < current.MaxInFlightBytes)
                {
                    var bytes = (int)Math.Min(Math.Min(buffer.Length, MaxSegmentBytes), current.MaxInFlightBytes - _queuedBytes);
                    Append(buffer.Span[..bytes], current);
                    buffer = buffer[bytes..];
                }

                if (buffer.IsEmpty)
                    return;
                wait = _writable.WaitAsync(cancellationToken);
            }

            await wait.ConfigureAwait(false);
        }
    }

    /// <summary>Nothing more comes. Harmless when it has ended.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_writeFailure is not null || _endsAt is not null)
                return;
            var now = timeProvider.GetTimestamp();
            _lastArrival = Math.Max(_lastArrival, now + Ticks(conditions().Latency));
            _endsAt = _lastArrival;
            if (_segments.Count == 0)
                WakeReader(_lastArrival, now);
        }
    }

    /// <summary>Reads fail from now on; what has not been read is lost.</summary>
    public void FailReader(Exception failure)
    {
        lock (_lock)
        {
            _readFailure ??= failure;
            while (_segments.TryDequeue(out var segment))
                ArrayPool<byte>.Shared.Return(segment.Buffer);
            _queuedBytes = 0;
            _timer?.Dispose();
            _timer = null;
        }

        _readable.Set();
        _writable.Set();
    }

    /// <summary>Writes fail from now on.</summary>
    public void FailWriter(Exception failure)
    {
        lock (_lock)
            _writeFailure ??= failure;
        _writable.Set();
    }

    public void Dispose() => _timer?.Dispose();

    private long? NextArrival => _segments.TryPeek(out var head) ? head.ArrivesAt : _endsAt;

    private int Take(Span<byte> buffer, long now)
    {
        var taken = 0;
        while (taken < buffer.Length && _segments.TryPeek(out var head) && head.ArrivesAt <= now)
        {
            var bytes = Math.Min(buffer.Length - taken, head.Length - _headOffset);
            head.Buffer.AsSpan(_headOffset, bytes).CopyTo(buffer[taken..]);
            taken += bytes;
            _headOffset += bytes;
            if (_headOffset < head.Length)
                break;
            ArrayPool<byte>.Shared.Return(head.Buffer);
            _segments.Dequeue();
            _headOffset = 0;
        }

        _queuedBytes -= taken;
        if (taken > 0 && _writable.IsWaiting)
            _writable.Set();
        return taken;
    }

    private void Append(ReadOnlySpan<byte> bytes, InMemoryConditions current)
    {
        // The reader has gone and the other side does not know yet: bytes that nobody will read.
        if (_readFailure is not null)
            return;
        var now = timeProvider.GetTimestamp();
        var arrivesAt = Math.Max(now, _linkFreeAt);
        if (current.BytesPerSecond is { } perSecond)
            arrivesAt += (long)((double)bytes.Length / perSecond * timeProvider.TimestampFrequency);
        _linkFreeAt = arrivesAt;
        arrivesAt += Ticks(current.Latency);
        if (current.LossRate > 0 && random.NextDouble() > Math.Pow(1 - current.LossRate, (bytes.Length + PacketBytes - 1) / PacketBytes))
            arrivesAt += Ticks(current.RetransmitDelay);
        _lastArrival = arrivesAt = Math.Max(arrivesAt, _lastArrival);

        var buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(buffer);
        _segments.Enqueue(new Segment(buffer, bytes.Length, arrivesAt));
        _queuedBytes += bytes.Length;
        if (_segments.Count == 1)
            WakeReader(arrivesAt, now);
    }

    private void WakeReader(long arrivesAt, long now)
    {
        if (!_readable.IsWaiting)
            return;
        if (arrivesAt <= now)
            _readable.Set();
        else
            SetTimer(arrivesAt, now);
    }

    private void SetTimer(long arrivesAt, long now)
    {
        var due = timeProvider.GetElapsedTime(now, arrivesAt);
        // The system's timers count whole milliseconds and cut off the rest, so that they would fire early and in vain.
        if (timeProvider == TimeProvider.System)
            due = TimeSpan.FromMilliseconds(Math.Ceiling(due.TotalMilliseconds));
        if (_timer is null)
            _timer = timeProvider.CreateTimer(static state => ((InMemoryPipe)state!)._readable.Set(), this, due, Timeout.InfiniteTimeSpan);
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);

    // A new one for each caller, with the stack of its own.
    private static ConnectionClosedException Rethrow(Exception failure) => new(failure.Message, failure.InnerException);

    private readonly record struct Segment(byte[] Buffer, int Length, long ArrivesAt);
}
