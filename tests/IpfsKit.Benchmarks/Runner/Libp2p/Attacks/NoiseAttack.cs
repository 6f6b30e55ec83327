using System.Security.Cryptography;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Benchmarks.Runner.Libp2p.Attacks;

/// <summary>Sends bytes that mean nothing.</summary>
internal sealed class NoiseAttack() : Attack("noise")
{
    private readonly ReadOnlyMemory<byte> _bytes = RandomNumberGenerator.GetBytes(4 << 10);

    public override async Task RunAsync(IRawConnection connection, ProcessorShare share, CancellationToken cancellationToken)
    {
        await using (connection)
            await connection.WriteAsync(_bytes, cancellationToken);
    }
}
