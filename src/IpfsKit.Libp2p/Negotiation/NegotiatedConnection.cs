using System.Buffers;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>A raw connection whose security protocol was proposed and not yet agreed on: the proposal goes with the first message of the handshake, and the first read checks the answer.</summary>
/// <remarks>A refusal is a <see cref="NegotiationFailedException"/> of the read. Handshakes write and read in turn; a read before any write sends the proposal alone.</remarks>
internal sealed class NegotiatedConnection(IRawConnection connection, MultistreamProposal proposal) : IRawConnection
{
    private const int MaxFirstWriteBytes = 4096;

    private readonly SemaphoreSlim _proposing = new(1);
    private volatile bool _isProposed;
    private volatile bool _isAnswered;
    private int _matched;

    public Multiaddr LocalAddress => connection.LocalAddress;

    public Multiaddr RemoteAddress => connection.RemoteAddress;

    public ConnectionDirection Direction => connection.Direction;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _isAnswered ? connection.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
        _isProposed ? connection.WriteAsync(buffer, cancellationToken) : WriteFirstAsync(buffer, cancellationToken);

    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        if (!_isProposed)
            await WriteFirstAsync(default, cancellationToken).ConfigureAwait(false);
        await connection.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Abort() => connection.Abort();

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!_isProposed)
            await WriteFirstAsync(default, cancellationToken).ConfigureAwait(false);
        var answer = new byte[proposal.Bytes.Length];
        while (_matched < answer.Length)
        {
            var read = await connection.ReadAsync(answer.AsMemory(_matched), cancellationToken).ConfigureAwait(false);
            var part = answer.AsSpan(_matched, read);
            proposal.Match(ref _matched, part);
        }

        _isAnswered = true;
        return await connection.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await _proposing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isProposed)
            {
                var together = Math.Min(buffer.Length, MaxFirstWriteBytes);
                var length = proposal.Bytes.Length + together;
                var first = ArrayPool<byte>.Shared.Rent(length);
                proposal.Bytes.CopyTo(first);
                buffer[..together].CopyTo(first.AsMemory(proposal.Bytes.Length));
                await connection.WriteAsync(first.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                // Not after a failed write, which may leave it in use.
                ArrayPool<byte>.Shared.Return(first);
                _isProposed = true;
                buffer = buffer[together..];
            }

            if (!buffer.IsEmpty)
                await connection.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _proposing.Release();
        }
    }
}
