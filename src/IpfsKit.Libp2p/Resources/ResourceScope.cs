using System.Globalization;

namespace IpfsKit.Libp2p.Resources;

/// <summary>The counters of one scope, and their limits. Thread-safe; nothing is allocated per reservation.</summary>
/// <remarks>
/// A reservation takes all that it needs of this scope or nothing. Reservations over several scopes are made scope by scope by <see cref="HeldScope"/>, which gives back what it took when
/// a later one refuses: for that moment another reservation may be refused that would have had room. Near a limit that is of no matter.
/// </remarks>
internal sealed class ResourceScope(ScopeKind kind, string name, ScopeLimits limits)
{
    private readonly Lock _lock = new();
    private long _memory;
    private int _streamsInbound;
    private int _streamsOutbound;
    private int _connectionsInbound;
    private int _connectionsOutbound;
    private int _descriptors;

    /// <summary>What kind of scope, for metrics.</summary>
    public ScopeKind Kind => kind;

    /// <summary>Its name in messages: <c>system</c>, <c>peer:12D3…</c>.</summary>
    public string Name => name;

    /// <summary>Its limits.</summary>
    public ScopeLimits Limits => limits;

    /// <summary>What it has now.</summary>
    public ResourceUsage Usage
    {
        get
        {
            lock (_lock)
                return new(Interlocked.Read(ref _memory), _streamsInbound, _streamsOutbound, _connectionsInbound, _connectionsOutbound, _descriptors);
        }
    }

    /// <summary>Takes memory; false if it would be more than the priority's share of the limit.</summary>
    public bool TryReserveMemory(long bytes, MemoryPriority priority)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var most = MemoryShare.Of(limits.Memory, priority);
        var seen = Interlocked.Read(ref _memory);
        while (true)
        {
            if (bytes > most - seen)
                return false;
            var before = Interlocked.CompareExchange(ref _memory, seen + bytes, seen);
            if (before == seen)
                return true;
            seen = before;
        }
    }

    /// <summary>Takes memory that another scope has just held, whatever the share: moving must not fail on a priority that was decided before.</summary>
    public bool TryMoveMemoryHere(long bytes) => bytes == 0 || TryReserveMemory(bytes, MemoryPriority.Always);

    /// <summary>Gives memory back.</summary>
    public void ReleaseMemory(long bytes)
    {
        if (bytes != 0 && Interlocked.Add(ref _memory, -bytes) < 0)
            throw Unbalanced(ResourceKind.Memory);
    }

    /// <summary>Counts a stream; false at the limit.</summary>
    public bool TryAddStream(ConnectionDirection direction)
    {
        lock (_lock)
        {
            if (_streamsInbound + _streamsOutbound >= limits.Streams)
                return false;
            if (direction == ConnectionDirection.Inbound)
            {
                if (_streamsInbound >= limits.StreamsInbound)
                    return false;
                _streamsInbound++;
            }
            else
            {
                if (_streamsOutbound >= limits.StreamsOutbound)
                    return false;
                _streamsOutbound++;
            }

            return true;
        }
    }

    /// <summary>A stream has ended.</summary>
    public void RemoveStream(ConnectionDirection direction)
    {
        lock (_lock)
        {
            if ((direction == ConnectionDirection.Inbound ? --_streamsInbound : --_streamsOutbound) < 0)
                throw Unbalanced(ResourceKind.Streams);
        }
    }

    /// <summary>Counts a connection and its descriptor.</summary>
    /// <returns>What there is no room for; null if it was counted.</returns>
    public ResourceKind? TryAddConnection(ConnectionDirection direction, int descriptors)
    {
        lock (_lock)
        {
            if (_connectionsInbound + _connectionsOutbound >= limits.Connections)
                return ResourceKind.Connections;
            if (direction == ConnectionDirection.Inbound ? _connectionsInbound >= limits.ConnectionsInbound : _connectionsOutbound >= limits.ConnectionsOutbound)
                return ResourceKind.Connections;
            if (descriptors > limits.Descriptors - _descriptors)
                return ResourceKind.Descriptors;
            _descriptors += descriptors;
            if (direction == ConnectionDirection.Inbound)
                _connectionsInbound++;
            else
                _connectionsOutbound++;
            return null;
        }
    }

    /// <summary>A connection has ended.</summary>
    public void RemoveConnection(ConnectionDirection direction, int descriptors)
    {
        lock (_lock)
        {
            _descriptors -= descriptors;
            if ((direction == ConnectionDirection.Inbound ? --_connectionsInbound : --_connectionsOutbound) < 0 || _descriptors < 0)
                throw Unbalanced(ResourceKind.Connections);
        }
    }

    /// <summary>Counts descriptors that belong to no connection; false if there is no room.</summary>
    public bool TryAddDescriptors(int descriptors)
    {
        lock (_lock)
        {
            if (descriptors > limits.Descriptors - _descriptors)
                return false;
            _descriptors += descriptors;
            return true;
        }
    }

    /// <summary>Gives them back.</summary>
    public void RemoveDescriptors(int descriptors)
    {
        lock (_lock)
        {
            if ((_descriptors -= descriptors) < 0)
                throw Unbalanced(ResourceKind.Descriptors);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{name}: {Usage}");

    private InvalidOperationException Unbalanced(ResourceKind resource) => new($"More {resource} of {name} were given back than taken.");
}
