using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Resources;

/// <summary>What one stream has. It counts against its peer and the system from the start; against the transient scope until <see cref="Attach"/> says what it is for, then against that protocol and its service.</summary>
internal sealed class StreamScope : HeldScope
{
    private readonly ResourceScope _peerScope;
    private readonly PeerId _peer;
    private readonly ConnectionDirection _direction;
    private ResourceScope[] _scopes;
    private string? _protocol;

    /// <summary>Takes over a stream that was counted in the peer's scope, the transient one and the system.</summary>
    public StreamScope(ResourceManager manager, PeerId peer, ResourceScope peerScope, ConnectionDirection direction)
        : base(manager, ScopeKind.Stream, manager.Limits.Stream.Memory)
    {
        _peer = peer;
        _peerScope = peerScope;
        _direction = direction;
        _scopes = [manager.Transient, peerScope, manager.System];
    }

    /// <inheritdoc/>
    protected override ReadOnlySpan<ResourceScope> Scopes => _scopes;

    /// <summary>What the stream is for, now that this is agreed on.</summary>
    /// <param name="protocol">The protocol's id.</param>
    /// <param name="service">The service that the protocol belongs to, if several protocols share a limit.</param>
    /// <exception cref="ResourceLimitExceededException">There are as many streams of it as there may be. The stream stays transient.</exception>
    public void Attach(string protocol, string? service = null)
    {
        lock (Lock)
        {
            ThrowIfDisposed();
            if (_protocol is not null)
                throw new InvalidOperationException($"The stream is one of {_protocol} already.");
            var protocolScope = Manager.Protocols.Join(protocol);
            if (TryEnter(protocolScope) is { } refused)
            {
                Manager.Protocols.Leave(protocol);
                throw Manager.Refuse(protocolScope, refused, _direction);
            }

            var serviceScope = service is null ? null : Manager.Services.GetOrAdd(service);
            if (serviceScope is not null && TryEnter(serviceScope) is { } refusedByService)
            {
                Exit(protocolScope);
                Manager.Protocols.Leave(protocol);
                throw Manager.Refuse(serviceScope, refusedByService, _direction);
            }

            Exit(Manager.Transient);
            _scopes = serviceScope is null ? [protocolScope, _peerScope, Manager.System] : [protocolScope, serviceScope, _peerScope, Manager.System];
            _protocol = protocol;
        }
    }

    protected override ResourceKind? TryAddTo(ResourceScope scope) => scope.TryAddStream(_direction) ? null : ResourceKind.Streams;

    protected override void RemoveFrom(ResourceScope scope) => scope.RemoveStream(_direction);

    protected override void OnDisposed()
    {
        if (_protocol is not null)
            Manager.Protocols.Leave(_protocol);
        Manager.Peers.Leave(_peer);
    }
}
