using System.Threading.Tasks.Sources;
using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>The receiving half of a stream: what has arrived, the window, and the read that waits.</summary>
/// <remarks>
/// A read that waits gets the bytes straight into its buffer. It is woken when that is full, or when the connection has nothing more to hand at once (<see cref="Uncork"/>): a large read is woken once for many frames.
/// The lock is never held while another one is taken.
/// </remarks>
internal sealed class YamuxStreamReader : IValueTaskSource<int>
{
    /// <summary>The result of a quiet wait that failed.</summary>
    private const int Nothing = -1;

    private readonly Lock _lock = new();
    private readonly YamuxSender _sender;
    private readonly YamuxStreamWriter _writer;
    private readonly YamuxPinger _pinger;
    private readonly IMemoryBudget _memory;
    private ManualResetValueTaskSourceCore<int> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private ReadState _state;
    private Memory<byte> _destination;
    private int _filled;
    private YamuxReceiveBuffer _buffer;
    private YamuxReceiveWindow _window;
    private Exception? _failure;
    private bool _isQuiet;
    private bool _hasEnded;
    private bool _isReleased;

    /// <param name="sender">Where credit is granted.</param>
    /// <param name="writer">The other half.</param>
    /// <param name="pinger">Knows the round trip.</param>
    /// <param name="memory">Of which the initial window has been reserved; released here.</param>
    /// <param name="options">Validated.</param>
    /// <param name="timeProvider">The clock.</param>
    public YamuxStreamReader(YamuxSender sender, YamuxStreamWriter writer, YamuxPinger pinger, IMemoryBudget memory, YamuxOptions options, TimeProvider timeProvider)
    {
        (_sender, _writer, _pinger, _memory) = (sender, writer, pinger, memory);
        _window = new YamuxReceiveWindow(options.MaxStreamWindowBytes, memory, timeProvider);
    }

    private enum ReadState
    {
        Idle,

        /// <summary>A read waits for bytes.</summary>
        Waiting,

        /// <summary>The awaiter has not seen the result yet.</summary>
        Completed,
    }

    /// <summary>Whether the connection will call <see cref="Uncork"/>. The reading loop's.</summary>
    public bool IsCorked { get; set; }

    /// <summary>The window's size, for tests.</summary>
    public long WindowBytes
    {
        get
        {
            lock (_lock)
                return _window.Limit;
        }
    }

    /// <inheritdoc cref="IMuxedStream.ReadAsync"/>
    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken) => ReadAsync(destination, isQuiet: false, cancellationToken);

    /// <inheritdoc cref="IMuxedStream.WaitToReadAsync"/>
    public async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken) => await ReadAsync(Memory<byte>.Empty, isQuiet: true, cancellationToken).ConfigureAwait(false) != Nothing;

    /// <summary>Counts the bytes of a frame that begins.</summary>
    /// <returns>False if they are more than the window.</returns>
    public bool TryBeginReceive(uint bytes)
    {
        lock (_lock)
            return _window.TryReceive(bytes);
    }

    /// <summary>Takes bytes of a frame.</summary>
    /// <returns>True if a read has got some and waits for more: <see cref="Uncork"/> it.</returns>
    public bool Receive(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_failure is not null)
                return false;
            if (_state != ReadState.Waiting)
            {
                _buffer.Append(bytes);
                return false;
            }

            var part = Math.Min(bytes.Length, _destination.Length - _filled);
            bytes[..part].CopyTo(_destination.Span[_filled..]);
            _filled += part;
            if (part < bytes.Length)
                _buffer.Append(bytes[part..]);
            if (_filled < _destination.Length)
                return true;
            Complete(null);
            return false;
        }
    }

    /// <summary>Nothing more comes at once: a read that has got something is woken.</summary>
    public void Uncork()
    {
        lock (_lock)
        {
            if (_state == ReadState.Waiting && _filled > 0)
                Complete(null);
        }
    }

    /// <summary>The other side's direction has ended.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            if (_state == ReadState.Waiting)
                Complete(null);
            ReleaseIfDone();
        }
    }

    /// <summary>Both directions have ended at once; what was not read is dropped.</summary>
    public void Reset(Exception failure)
    {
        lock (_lock)
        {
            _failure ??= failure;
            _buffer.Clear();
            if (_state == ReadState.Waiting)
                Complete(failure);
            ReleaseIfDone();
        }
    }

    /// <summary>The connection has ended; what came before an end of the other side in order can still be read.</summary>
    public void Close(Exception failure)
    {
        bool isWhole;
        lock (_lock)
            isWhole = _hasEnded;
        if (!isWhole)
            Reset(failure);
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _source.OnCompleted(continuation, state, token, flags);

    int IValueTaskSource<int>.GetResult(short token)
    {
        // Waits for a callback under way, so that it cannot cancel the next read.
        _registration.Dispose();
        _registration = default;
        var taken = 0;
        uint credit = 0;
        try
        {
            taken = _source.GetResult(token);
        }
        finally
        {
            lock (_lock)
            {
                _source.Reset();
                _state = ReadState.Idle;
                credit = Consume(Math.Max(0, taken));
            }
        }

        if (credit > 0)
            _sender.Grant(_writer, credit);
        return taken;
    }

    private ValueTask<int> ReadAsync(Memory<byte> destination, bool isQuiet, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return isQuiet ? ValueTask.FromResult(Nothing) : ValueTask.FromCanceled<int>(cancellationToken);
        int taken;
        uint credit;
        lock (_lock)
        {
            if (_state != ReadState.Idle)
                throw new InvalidOperationException($"A read of stream {_writer.StreamId} is under way; there is one at a time.");
            if (_failure is not null)
                return isQuiet ? ValueTask.FromResult(Nothing) : ValueTask.FromException<int>(_failure);
            if (_buffer.Length == 0 && !_hasEnded)
            {
                (_state, _destination, _filled, _isQuiet) = (ReadState.Waiting, destination, 0, isQuiet);
                taken = -1;
                credit = 0;
            }
            else
            {
                taken = _buffer.Take(destination.Span);
                credit = Consume(taken);
            }
        }

        if (credit > 0)
            _sender.Grant(_writer, credit);
        if (taken >= 0)
            return ValueTask.FromResult(taken);
        // The version changes in GetResult only, which is not before this has returned.
        var version = _source.Version;
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((YamuxStreamReader)state!).Cancel(token), this);
        return new ValueTask<int>(this, version);
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Bytes that are in its buffer already are its result: nothing is lost.
            if (_state == ReadState.Waiting)
                Complete(_filled > 0 ? null : new OperationCanceledException(cancellationToken));
        }
    }

    private void Complete(Exception? failure)
    {
        (_state, _destination) = (ReadState.Completed, default);
        if (failure is null)
            _source.SetResult(_filled);
        else if (_isQuiet)
            _source.SetResult(Nothing);
        else
            _source.SetException(failure);
    }

    private uint Consume(int bytes)
    {
        var credit = _hasEnded || _failure is not null || bytes == 0 ? 0 : _window.Consume(bytes, _pinger.ShortestRoundTrip);
        ReleaseIfDone();
        return credit;
    }

    private void ReleaseIfDone()
    {
        if (_isReleased || (_failure is null && !(_hasEnded && _buffer.Length == 0)))
            return;
        _isReleased = true;
        _memory.Release(_window.Limit);
    }
}
