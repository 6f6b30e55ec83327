using System.Net;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Resources;

/// <summary>Knows what every part of the node has of memory, connections, streams and descriptors, and refuses what is beyond the limits. Thread-safe.</summary>
/// <remarks>
/// <code>
/// connection ─▶ transient, then its peer ─▶ system
/// stream     ─▶ transient, then its protocol (and service); its peer ─▶ system
/// listener   ─▶ system
/// </code>
/// The model is go-libp2p's: <see href="https://github.com/libp2p/go-libp2p/tree/master/p2p/host/resource-manager"/>. A reservation takes a few uncontended locks and allocates nothing. Every refusal is counted by
/// scope and resource, and what throws throws <see cref="ResourceLimitExceededException"/>.
/// </remarks>
internal sealed class ResourceManager : IResourceManager
{
    private readonly Libp2pInstruments _instruments;
    private readonly AddressLimiter _addresses;

    public ResourceManager(ResourceLimits limits, AddressLimiter addresses, Libp2pInstruments instruments)
    {
        Limits = limits;
        _addresses = addresses;
        _instruments = instruments;
        System = new ResourceScope(ScopeKind.System, "system", limits.System);
        Transient = new ResourceScope(ScopeKind.Transient, "transient", limits.Transient);
        Peers = new SharedScopes<PeerId>(ScopeKind.Peer, peer => $"peer:{peer}", _ => limits.Peer);
        Protocols = new SharedScopes<string>(ScopeKind.Protocol, protocol => $"protocol:{protocol}", _ => limits.Protocol);
        Services = new ServiceScopes(limits.Service);
        instruments.ObserveResources(() => System.Usage, () => Transient.Usage);
    }

    /// <summary>The limits.</summary>
    public ResourceLimits Limits { get; }

    /// <summary>All of the node.</summary>
    public ResourceScope System { get; }

    /// <summary>What belongs to nobody yet.</summary>
    public ResourceScope Transient { get; }

    /// <summary>The peers that have anything.</summary>
    public SharedScopes<PeerId> Peers { get; }

    /// <summary>The protocols that have streams.</summary>
    public SharedScopes<string> Protocols { get; }

    /// <summary>The services.</summary>
    public ServiceScopes Services { get; }

    ResourceUsage IResourceManager.System => System.Usage;

    ResourceUsage IResourceManager.Transient => Transient.Usage;

    ResourceUsage IResourceManager.GetPeer(PeerId peer) => Peers.Usage(peer);

    ResourceUsage IResourceManager.GetProtocol(string protocol) => Protocols.Usage(protocol);

    ResourceUsage IResourceManager.GetService(string service) => Services.Usage(service);

    /// <summary>Counts a connection that begins.</summary>
    /// <param name="direction">Who opened it.</param>
    /// <param name="remoteAddress">The IP address of the other end; null where the transport has none.</param>
    /// <param name="usesDescriptor">Whether it has a socket.</param>
    /// <returns>What the connection has; disposed when it ends.</returns>
    /// <exception cref="ResourceLimitExceededException">There is no room for it.</exception>
    public ConnectionScope OpenConnection(ConnectionDirection direction, IPAddress? remoteAddress, bool usesDescriptor = true) => TryOpenConnection(direction, remoteAddress, usesDescriptor).OrThrow();

    /// <inheritdoc cref="OpenConnection"/>
    /// <returns>What <see cref="OpenConnection"/> returns or throws.</returns>
    public Attempt<ConnectionScope> TryOpenConnection(ConnectionDirection direction, IPAddress? remoteAddress, bool usesDescriptor)
    {
        var descriptors = usesDescriptor ? 1 : 0;
        if (!_addresses.TryAdd(remoteAddress, out var lease, out var limit))
        {
            _instruments.Refused(ScopeKind.Address, ResourceKind.Connections);
            return new ResourceLimitExceededException($"address:{remoteAddress}", "connections", limit);
        }

        if (Transient.TryAddConnection(direction, descriptors) is { } refused)
        {
            lease.Dispose();
            return Refuse(Transient, refused, direction);
        }

        if (System.TryAddConnection(direction, descriptors) is { } refusedBySystem)
        {
            Transient.RemoveConnection(direction, descriptors);
            lease.Dispose();
            return Refuse(System, refusedBySystem, direction);
        }

        return new ConnectionScope(this, direction, descriptors, lease);
    }

    /// <summary>Counts the socket of a listener.</summary>
    /// <param name="usesDescriptor">Whether it has one.</param>
    /// <returns>Disposed when it listens no longer.</returns>
    /// <exception cref="ResourceLimitExceededException">There is no room for it.</exception>
    public ListenerScope OpenListener(bool usesDescriptor)
    {
        var descriptors = usesDescriptor ? 1 : 0;
        return System.TryAddDescriptors(descriptors) ? new ListenerScope(this, descriptors) : throw Refuse(System, ResourceKind.Descriptors, ConnectionDirection.Inbound);
    }

    /// <summary>Counts a stream that begins.</summary>
    /// <returns>What the stream has; disposed when it ends.</returns>
    /// <exception cref="ResourceLimitExceededException">There is no room for it.</exception>
    public StreamScope OpenStream(PeerId peer, ConnectionDirection direction)
    {
        var peerScope = Peers.Join(peer);
        if (!peerScope.TryAddStream(direction))
        {
            Peers.Leave(peer);
            throw Refuse(peerScope, ResourceKind.Streams, direction);
        }

        if (!Transient.TryAddStream(direction))
        {
            peerScope.RemoveStream(direction);
            Peers.Leave(peer);
            throw Refuse(Transient, ResourceKind.Streams, direction);
        }

        if (!System.TryAddStream(direction))
        {
            Transient.RemoveStream(direction);
            peerScope.RemoveStream(direction);
            Peers.Leave(peer);
            throw Refuse(System, ResourceKind.Streams, direction);
        }

        return new StreamScope(this, peer, peerScope, direction);
    }

    /// <summary>Counts memory that was not given: a refusal, or, where it would only have made something faster, something that did not grow.</summary>
    /// <returns>False, as what does not give it does.</returns>
    public bool NoteMemory(ScopeKind scope, MemoryPriority priority)
    {
        if (priority is MemoryPriority.High or MemoryPriority.Always)
            return Note(scope, ResourceKind.Memory);
        _instruments.Withheld(scope);
        return false;
    }

    /// <summary>Counts a refusal.</summary>
    /// <returns>False, as what refuses does.</returns>
    public bool Note(ScopeKind scope, ResourceKind resource)
    {
        _instruments.Refused(scope, resource);
        return false;
    }

    /// <summary>Counts a refusal and says it.</summary>
    public ResourceLimitExceededException Refuse(ResourceScope scope, ResourceKind resource, ConnectionDirection direction)
    {
        _instruments.Refused(scope.Kind, resource);
        return new ResourceLimitExceededException(scope.Name, Libp2pTags.Of(resource), scope.Limits.Of(resource, direction));
    }
}
