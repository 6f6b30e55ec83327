using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>A connection of an attacker who stops reading it.</summary>
internal sealed class StallingConnection(IRawConnection inner) : IRawConnection
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStalled;

    public Multiaddr LocalAddress => inner.LocalAddress;

    public Multiaddr RemoteAddress => inner.RemoteAddress;

    public ConnectionDirection Direction => inner.Direction;

    public void Stall() => _isStalled = true;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_isStalled)
            await _ended.Task.WaitAsync(cancellationToken);
        return await inner.ReadAsync(buffer, cancellationToken);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => inner.WriteAsync(buffer, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => inner.CompleteWritesAsync(cancellationToken);

    public void Abort()
    {
        _ended.TrySetResult();
        inner.Abort();
    }

    public ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        return inner.DisposeAsync();
    }
}
