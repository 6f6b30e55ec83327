using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Resources;

/// <summary>What one connection has. First it counts against the transient scope, and from <see cref="Attach"/> on against its peer; always against the system.</summary>
/// <remarks>Thread-safe. Disposing gives back all that is left, so that a muxer that dies with its buffers leaves nothing behind; what is released after that was given back already.</remarks>
internal sealed class ConnectionScope : IMemoryBudget, IDisposable
{
    private readonly Lock _lock = new();
    private readonly ResourceManager _manager;
    private readonly ConnectionDirection _direction;
    private readonly int _descriptors;
    private readonly AddressLimiter.Lease _address;
    private ResourceScope _owner;
    private PeerId? _peer;
    private long _memory;
    private bool _isDisposed;

    /// <summary>Takes over a connection that was counted in the owner, the system and the address limiter.</summary>
    public ConnectionScope(ResourceManager manager, ConnectionDirection direction, int descriptors, AddressLimiter.Lease address)
    {
        _manager = manager;
        _direction = direction;
        _descriptors = descriptors;
        _address = address;
        _owner = manager.Transient;
    }

    /// <summary>The bytes that it has now.</summary>
    public long Memory
    {
        get
        {
            lock (_lock)
                return _memory;
        }
    }

    /// <summary>Whose connection it is, now that this is known.</summary>
    /// <exception cref="ResourceLimitExceededException">The peer has as much as it may have. The connection stays transient.</exception>
    public void Attach(PeerId peer)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_peer is not null)
                throw new InvalidOperationException($"The connection is one of {_peer} already.");
            var scope = _manager.Peers.Join(peer);
            if (scope.TryAddConnection(_direction, _descriptors) is { } refused)
            {
                _manager.Peers.Leave(peer);
                throw _manager.Refuse(scope, refused, _direction);
            }

            if (!scope.TryMoveMemoryHere(_memory))
            {
                scope.RemoveConnection(_direction, _descriptors);
                _manager.Peers.Leave(peer);
                throw _manager.Refuse(scope, ResourceKind.Memory, _direction);
            }

            _owner.RemoveConnection(_direction, _descriptors);
            _owner.ReleaseMemory(_memory);
            _owner = scope;
            _peer = peer;
        }
    }

    /// <inheritdoc/>
    public bool TryReserve(long bytes, MemoryPriority priority)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        lock (_lock)
        {
            if (_isDisposed)
                return false;
            if (bytes > MemoryShare.Of(_manager.Limits.Connection.Memory, priority) - _memory)
                return _manager.NoteMemory(ScopeKind.Connection, priority);
            if (!_manager.TryReserveMemory(_owner, bytes, priority))
                return false;
            _memory += bytes;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Release(long bytes)
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            if (bytes > _memory)
                throw new InvalidOperationException($"{bytes} bytes were given back by a connection that has {_memory}.");
            _memory -= bytes;
            _owner.ReleaseMemory(bytes);
            _manager.System.ReleaseMemory(bytes);
        }
    }

    /// <summary>The connection has ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            foreach (var scope in (ReadOnlySpan<ResourceScope>)[_owner, _manager.System])
            {
                scope.ReleaseMemory(_memory);
                scope.RemoveConnection(_direction, _descriptors);
            }

            _memory = 0;
            if (_peer is { } peer)
                _manager.Peers.Leave(peer);
            _address.Dispose();
        }
    }
}
