using System.Threading.Channels;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports.InMemory;

/// <summary>A name of the network at which connections are taken.</summary>
internal sealed class InMemoryListener(Multiaddr address, Action<InMemoryListener> disposed) : IRawTransportListener
{
    /// <summary>How many connections wait to be accepted; what comes beyond is refused.</summary>
    public const int Backlog = 1024;

    private readonly Channel<InMemoryConnection> _connections = Channel.CreateBounded<InMemoryConnection>(Backlog);

    /// <inheritdoc/>
    public Multiaddr Address { get; } = address;

    /// <summary>Gives it a connection; false if as many as may are waiting, or it is disposed.</summary>
    public bool TryEnqueue(InMemoryConnection connection) => _connections.Writer.TryWrite(connection);

    /// <inheritdoc/>
    public async ValueTask<IRawConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_connections.Reader.TryRead(out var connection))
                return connection;
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!_connections.Writer.TryComplete())
            return ValueTask.CompletedTask;
        disposed(this);
        while (_connections.Reader.TryRead(out var connection))
            connection.Abort();
        return ValueTask.CompletedTask;
    }
}
