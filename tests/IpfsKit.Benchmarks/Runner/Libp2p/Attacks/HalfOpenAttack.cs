using System.Collections.Concurrent;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Benchmarks.Runner.Libp2p.Attacks;

/// <summary>Begins handshakes and leaves them so: the oldest of many goes when one more has come.</summary>
internal sealed class HalfOpenAttack() : Attack("half-open")
{
    private const int MostOpen = 1_000;

    private static readonly ReadOnlyMemory<byte> Header = "\x13/multistream/1.0.0\n"u8.ToArray();

    private readonly ConcurrentQueue<IRawConnection> _open = new();

    public override async Task RunAsync(IRawConnection connection, ProcessorShare share, CancellationToken cancellationToken)
    {
        _open.Enqueue(connection);
        await connection.WriteAsync(Header, cancellationToken);
        if (_open.Count > MostOpen && _open.TryDequeue(out var oldest))
            await oldest.DisposeAsync();
    }
}
