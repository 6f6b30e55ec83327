using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>One end of a connection in memory: bounded, with half close, abort and zero-byte reads.</summary>
internal sealed class DuplexConnection : IRawConnection
{
    public const int DefaultCapacity = 1024 * 1024;

    private readonly DuplexPipe _incoming;
    private readonly DuplexPipe _outgoing;

    private DuplexConnection(DuplexPipe incoming, DuplexPipe outgoing, ConnectionDirection direction)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        Direction = direction;
    }

    public Multiaddr LocalAddress { get; } = Multiaddr.Parse("/ip4/127.0.0.1/tcp/1");

    public Multiaddr RemoteAddress { get; } = Multiaddr.Parse("/ip4/127.0.0.1/tcp/2");

    public ConnectionDirection Direction { get; }

    /// <summary>Whether a read with a buffer, or without one, waits for bytes; null if none does.</summary>
    public bool? WaitsWithBuffer => _incoming.WaitsWithBuffer;

    /// <summary>Whether a write of the other end waits for this one to read.</summary>
    public bool WaitsForRoom => _incoming.WaitsForRoom;

    /// <summary>All bytes that this end has written.</summary>
    public long BytesWritten => _outgoing.TotalBytes;

    /// <summary>Changes what this end writes, on its way; told the offset in all that it wrote.</summary>
    public Action<Memory<byte>, long>? Tamper
    {
        get => _outgoing.Tamper;
        set => _outgoing.Tamper = value;
    }

    /// <summary>Makes a pair that holds so many bytes in each direction before writes wait.</summary>
    public static (DuplexConnection Dialer, DuplexConnection Listener) CreatePair(int capacity = DefaultCapacity)
    {
        var up = new DuplexPipe(capacity);
        var down = new DuplexPipe(capacity);
        return (new DuplexConnection(down, up, ConnectionDirection.Outbound), new DuplexConnection(up, down, ConnectionDirection.Inbound));
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _incoming.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => _outgoing.WriteAsync(buffer, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        _outgoing.Complete();
        return ValueTask.CompletedTask;
    }

    public void Abort()
    {
        _incoming.Fail();
        _outgoing.Fail();
    }

    /// <summary>Whether nothing will happen any more, as each side waits for the other.</summary>
    public static bool AreBothWaiting(DuplexConnection one, DuplexConnection other)
    {
        var before = one.BytesWritten + other.BytesWritten;
        return one.WaitsWithBuffer is not null && other.WaitsWithBuffer is not null && one.WaitsWithBuffer is not null && before == one.BytesWritten + other.BytesWritten;
    }

    /// <summary>As a socket: what was written is still delivered.</summary>
    public ValueTask DisposeAsync()
    {
        _outgoing.Complete();
        _incoming.Fail();
        return ValueTask.CompletedTask;
    }
}
