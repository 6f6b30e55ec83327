using System.Threading.Channels;
using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A channel without frames of its own, of a listener or a dialer, whose sends a test takes one by one: nothing goes on before it lets it.</summary>
internal sealed class HeldChannel : ISecureChannel
{
    private readonly Channel<byte[]> _incoming = Channel.CreateBounded<byte[]>(1024);
    private readonly Channel<Send> _sends = Channel.CreateBounded<Send>(1024);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PlainChannel _plain;

    public HeldChannel(ConnectionDirection direction)
    {
        var (dialer, listener) = PlainChannel.CreatePair(16);
        _plain = direction == ConnectionDirection.Outbound ? dialer : listener;
    }

    public SecureSession Session => _plain.Session;

    public IFrameSealer Sealer => _plain.Sealer;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The next send, which waits to be released.</summary>
    public async Task<Send> NextSendAsync() => await _sends.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);

    /// <summary>Lets what is under way arrive here.</summary>
    public ValueTask ReceiveAsync(byte[] bytes) => _incoming.Writer.WriteAsync(bytes, Cancel);

    /// <summary>The other side ends.</summary>
    public void End() => _incoming.Writer.TryComplete();

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        while (await _incoming.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_incoming.Reader.TryRead(out var bytes))
                return bytes;
        }

        return default;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        var send = new Send(frames.ToArray());
        await _sends.Writer.WriteAsync(send, cancellationToken);
        await await Task.WhenAny(send.Released, _aborted.Task);
    }

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Abort()
    {
        _aborted.TrySetException(new ConnectionClosedException("It was aborted."));
        _incoming.Writer.TryComplete(new ConnectionClosedException("It was aborted."));
    }

    public ValueTask DisposeAsync()
    {
        Abort();
        return _plain.DisposeAsync();
    }

    /// <summary>One send.</summary>
    internal sealed class Send(byte[] bytes)
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public byte[] Bytes => bytes;

        public Task Released => _released.Task;

        public void Release() => _released.TrySetResult();
    }
}
