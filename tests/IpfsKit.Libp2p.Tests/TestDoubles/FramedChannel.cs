using System.Buffers.Binary;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A channel with frames shaped like those of Noise, of which each carries its number instead of a tag: what is sent in another order than sealed fails.</summary>
internal sealed class FramedChannel : ISecureChannel
{
    private readonly IRawConnection _connection;
    private readonly byte[] _buffer = new byte[ushort.MaxValue + 2];
    private ulong _received;

    public FramedChannel(IRawConnection connection)
    {
        _connection = connection;
        Session = new SecureSession("/framed", TestKeys.Shared, connection, null);
    }

    public SecureSession Session { get; }

    public IFrameSealer Sealer { get; } = new NumberingSealer();

    /// <summary>Plain bytes of the greatest frame that came.</summary>
    public int GreatestFrame { get; private set; }

    public static (FramedChannel Dialer, FramedChannel Listener) CreatePair(int capacity = DuplexConnection.DefaultCapacity)
    {
        var (dialer, listener) = DuplexConnection.CreatePair(capacity);
        return (new FramedChannel(dialer), new FramedChannel(listener));
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await TryReadExactlyAsync(_buffer.AsMemory(0, 2), cancellationToken))
            return default;
        var frame = _buffer.AsMemory(2, BinaryPrimitives.ReadUInt16BigEndian(_buffer));
        if (!await TryReadExactlyAsync(frame, cancellationToken) || BinaryPrimitives.ReadUInt64BigEndian(frame.Span[^16..]) != _received++)
            throw new ConnectionClosedException("The frames came in another order.");
        GreatestFrame = Math.Max(GreatestFrame, frame.Length - 16);
        return frame[..^16];
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken) => _connection.WriteAsync(frames, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => _connection.CompleteWritesAsync(cancellationToken);

    public void Abort() => _connection.Abort();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async ValueTask<bool> TryReadExactlyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            var read = await _connection.ReadAsync(buffer, cancellationToken);
            if (read == 0)
                return false;
            buffer = buffer[read..];
        }

        return true;
    }

    private sealed class NumberingSealer : IFrameSealer
    {
        private ulong _sealed;

        public int PrefixBytes => 2;

        public int SuffixBytes => 16;

        public int MaxPlainBytes => 65_519;

        public void Seal(Span<byte> frame)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame, checked((ushort)(frame.Length - 2)));
            BinaryPrimitives.WriteUInt64BigEndian(frame[^16..], _sealed++);
        }
    }
}
