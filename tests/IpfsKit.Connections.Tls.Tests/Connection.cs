using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace IpfsKit.Connections.Tls.Tests;

/// <summary>A connection in memory, of which a silo has one end and a client the other.</summary>
internal sealed class Connection : IAsyncDisposable
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _wire = new();
    private readonly End _silo;
    private readonly End _client;

    public Connection(ClusterTls silo, ClusterTls? client)
    {
        var (toSilo, toClient) = (new Pipe(), new Pipe());
        _client = new End(new DuplexPipe(toClient.Reader, new Tap(toSilo.Writer, _wire)), client is null ? null : client.Dial, _end.Task);
        _silo = new End(new DuplexPipe(toSilo.Reader, toClient.Writer), silo.Accept, _end.Task);
    }

    /// <summary>What the client sent, as it went over the wire.</summary>
    public string Wire
    {
        get
        {
            lock (_wire)
                return _wire.ToString();
        }
    }

    /// <summary>The end of the silo, behind TLS; reading it before the handshake waits for that.</summary>
    public IDuplexPipe Silo => _silo.Transport;

    public IDuplexPipe Client => _client.Transport;

    /// <summary>Whether Orleans' code was reached behind TLS, or the handshake ended the connection.</summary>
    public Task<bool> SiloReached => _silo.Reached;

    public Task<bool> ClientReached => _client.Reached;

    public bool SiloAborted => _silo.Aborted;

    public bool ClientAborted => _client.Aborted;

    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _client.DisposeAsync();
        await _silo.DisposeAsync();
    }

    private sealed class End : IAsyncDisposable
    {
        private readonly TaskCompletionSource<bool> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Context _context;
        private readonly Task _running;

        public End(IDuplexPipe transport, Action<IConnectionBuilder>? tls, Task until)
        {
            _context = new Context(transport);
            var builder = new ConnectionBuilder(EmptyServices.Instance);
            tls?.Invoke(builder);
            builder.Use(_ => _ =>
            {
                _reached.TrySetResult(true);
                return until;
            });
            _running = RunAsync(builder.Build());
        }

        public Task<bool> Reached => _reached.Task;

        public bool Aborted => _context.IsAborted;

        public IDuplexPipe Transport
        {
            get
            {
                Reached.Wait(TestContext.Current.CancellationToken);
                return _context.Transport;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _running;
            await _context.DisposeAsync();
        }

        private async Task RunAsync(ConnectionDelegate connection)
        {
            await connection(_context);
            _reached.TrySetResult(false);
            await _context.Transport.Output.CompleteAsync();
            await _context.Transport.Input.CompleteAsync();
        }
    }

    private sealed class Context(IDuplexPipe transport) : DefaultConnectionContext
    {
        private IDuplexPipe _transport = transport;

        public bool IsAborted { get; private set; }

        public override IDuplexPipe Transport
        {
            get => _transport;
            set => _transport = value;
        }

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class EmptyServices : IServiceProvider
    {
        public static readonly EmptyServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }

    /// <summary>Writes down what goes through.</summary>
    private sealed class Tap(PipeWriter inner, StringBuilder wire) : PipeWriter
    {
        private Memory<byte> _last;

        public override void Advance(int bytes)
        {
            lock (wire)
                wire.Append(Encoding.Latin1.GetString(_last.Span[..bytes]));
            inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _last = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);
    }
}
