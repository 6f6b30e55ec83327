using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Resources;

/// <summary>What one stream has. It counts against its peer and the system from the start; against the transient scope until <see cref="Attach"/> says what it is for, then against that protocol and its service.</summary>
/// <remarks>Thread-safe. Disposing gives back all that is left.</remarks>
internal sealed class StreamScope : IMemoryBudget, IDisposable
{
    private readonly Lock _lock = new();
    private readonly ResourceManager _manager;
    private readonly ResourceScope _peerScope;
    private readonly PeerId _peer;
    private readonly ConnectionDirection _direction;
    private string? _protocol;
    private ResourceScope _owner;
    private ResourceScope? _service;
    private long _memory;
    private bool _isDisposed;

    /// <summary>Takes over a stream that was counted in the peer's scope, the transient one and the system.</summary>
    public StreamScope(ResourceManager manager, PeerId peer, ResourceScope peerScope, ConnectionDirection direction)
    {
        _manager = manager;
        _peer = peer;
        _peerScope = peerScope;
        _direction = direction;
        _owner = manager.Transient;
    }

    /// <summary>What the stream is for, now that this is agreed on.</summary>
    /// <param name="protocol">The protocol's id.</param>
    /// <param name="service">The service that the protocol belongs to, if several protocols share a limit.</param>
    /// <exception cref="ResourceLimitExceededException">There are as many streams of it as there may be. The stream stays transient.</exception>
    public void Attach(string protocol, string? service = null)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_protocol is not null)
                throw new InvalidOperationException($"The stream is one of {_protocol} already.");
            var protocolScope = _manager.Protocols.Join(protocol);
            if (!TryEnter(protocolScope))
            {
                _manager.Protocols.Leave(protocol);
                throw _manager.Refuse(protocolScope, ResourceKind.Streams, _direction);
            }

            if (service is not null)
            {
                var serviceScope = _manager.Services.GetOrAdd(service);
                if (!TryEnter(serviceScope))
                {
                    Exit(protocolScope);
                    _manager.Protocols.Leave(protocol);
                    throw _manager.Refuse(serviceScope, ResourceKind.Streams, _direction);
                }

                _service = serviceScope;
            }

            Exit(_owner);
            _owner = protocolScope;
            _protocol = protocol;
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
            if (bytes > MemoryShare.Of(_manager.Limits.Stream.Memory, priority) - _memory)
                return _manager.NoteMemory(ScopeKind.Stream, priority);
            if (!TryTake(_owner, bytes, priority))
                return false;
            if (_service is not null && !TryTake(_service, bytes, priority))
            {
                _owner.ReleaseMemory(bytes);
                return false;
            }

            if (!_manager.TryReserveMemory(_peerScope, bytes, priority))
            {
                _owner.ReleaseMemory(bytes);
                _service?.ReleaseMemory(bytes);
                return false;
            }

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
                throw new InvalidOperationException($"{bytes} bytes were given back by a stream that has {_memory}.");
            _memory -= bytes;
            _owner.ReleaseMemory(bytes);
            _service?.ReleaseMemory(bytes);
            _peerScope.ReleaseMemory(bytes);
            _manager.System.ReleaseMemory(bytes);
        }
    }

    /// <summary>The stream has ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            Exit(_owner);
            if (_service is not null)
                Exit(_service);
            Exit(_peerScope);
            Exit(_manager.System);
            _memory = 0;
            if (_protocol is not null)
                _manager.Protocols.Leave(_protocol);
            _manager.Peers.Leave(_peer);
        }
    }

    private bool TryTake(ResourceScope scope, long bytes, MemoryPriority priority) =>
        scope.TryReserveMemory(bytes, priority) || _manager.NoteMemory(scope.Kind, priority);

    private bool TryEnter(ResourceScope scope)
    {
        if (!scope.TryAddStream(_direction))
            return false;
        if (scope.TryMoveMemoryHere(_memory))
            return true;
        scope.RemoveStream(_direction);
        return false;
    }

    private void Exit(ResourceScope scope)
    {
        scope.ReleaseMemory(_memory);
        scope.RemoveStream(_direction);
    }
}
