using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Resources;

/// <summary>What one connection has. First it counts against the transient scope, and from <see cref="Attach"/> on against its peer; always against the system.</summary>
internal sealed class ConnectionScope : HeldScope
{
    private readonly ConnectionDirection _direction;
    private readonly int _descriptors;
    private readonly AddressLimiter.Lease _address;
    private readonly ResourceScope[] _scopes;
    private PeerId? _peer;

    /// <summary>Takes over a connection that was counted in the transient scope, the system and the address limiter.</summary>
    public ConnectionScope(ResourceManager manager, ConnectionDirection direction, int descriptors, AddressLimiter.Lease address)
        : base(manager, ScopeKind.Connection, manager.Limits.Connection.Memory)
    {
        _direction = direction;
        _descriptors = descriptors;
        _address = address;
        _scopes = [manager.Transient, manager.System];
    }

    /// <inheritdoc/>
    protected override ReadOnlySpan<ResourceScope> Scopes => _scopes;

    /// <summary>Whose connection it is, now that this is known.</summary>
    /// <exception cref="ResourceLimitExceededException">The peer has as much as it may have. The connection stays transient.</exception>
    public void Attach(PeerId peer)
    {
        lock (Lock)
        {
            ThrowIfDisposed();
            if (_peer is not null)
                throw new InvalidOperationException($"The connection is one of {_peer} already.");
            var scope = Manager.Peers.Join(peer);
            if (TryEnter(scope) is { } refused)
            {
                Manager.Peers.Leave(peer);
                throw Manager.Refuse(scope, refused, _direction);
            }

            Exit(Manager.Transient);
            _scopes[0] = scope;
            _peer = peer;
        }
    }

    protected override ResourceKind? TryAddTo(ResourceScope scope) => scope.TryAddConnection(_direction, _descriptors);

    protected override void RemoveFrom(ResourceScope scope) => scope.RemoveConnection(_direction, _descriptors);

    protected override void OnDisposed()
    {
        if (_peer is { } peer)
            Manager.Peers.Leave(peer);
        _address.Dispose();
    }
}
