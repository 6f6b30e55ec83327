using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A secure channel that secures nothing, for tests of what is above it.</summary>
internal sealed class PlainChannel : ISecureChannel
{
    private readonly IRawConnection _connection;
    private readonly byte[] _buffer = new byte[256 * 1024];

    private PlainChannel(IRawConnection connection, PublicKey remoteKey)
    {
        _connection = connection;
        Session = new SecureSession("/plain", remoteKey, connection, null);
    }

    public SecureSession Session { get; }

    public IFrameSealer Sealer { get; } = new PlainSealer();

    /// <summary>Whether the channel above has closed it.</summary>
    public bool IsDisposed { get; private set; }

    public static PlainChannel Create(IRawConnection connection) => new(connection, TestKeys.Shared);

    public static (PlainChannel Dialer, PlainChannel Listener) CreatePair(int capacity = DuplexConnection.DefaultCapacity)
    {
        var (dialer, listener) = DuplexConnection.CreatePair(capacity);
        return (Create(dialer), Create(listener));
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken) => _buffer.AsMemory(0, await _connection.ReadAsync(_buffer, cancellationToken));

    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken) => _connection.WriteAsync(frames, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => _connection.CompleteWritesAsync(cancellationToken);

    public void Abort() => _connection.Abort();

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return _connection.DisposeAsync();
    }

    private sealed class PlainSealer : IFrameSealer
    {
        public int PrefixBytes => 0;

        public int SuffixBytes => 0;

        public int MaxPlainBytes => int.MaxValue;

        public void Seal(Span<byte> frame)
        {
        }
    }
}
