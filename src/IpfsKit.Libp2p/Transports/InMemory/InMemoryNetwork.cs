using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.InMemory;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p;

/// <summary>A network in this process, for tests and simulations: peers listen and dial at <c>/memory/…</c> and meet as over TCP, with the latency, bandwidth, losses and resets that a test asks for. Thread-safe.</summary>
/// <remarks>
/// Under a fake clock nothing arrives before the clock is moved, and the same seed and the same order of calls give the same losses. Under the system's clock, times are right to a millisecond or two.
/// Several networks are apart from each other.
/// </remarks>
/// <param name="timeProvider">The clock; the system's if null.</param>
/// <param name="seed">Decides what is lost.</param>
public sealed class InMemoryNetwork(TimeProvider? timeProvider = null, int seed = 0)
{
    // Far from the numbers that tests choose.
    private const long FirstEphemeral = 1L << 32;

    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly ConcurrentDictionary<Multiaddr, InMemoryListener> _listeners = new();
    private readonly ConcurrentDictionary<Multiaddr, InMemoryConditions> _ofListeners = new();
    private readonly ConcurrentDictionary<InMemoryConnection, Multiaddr> _connections = new();
    private long _ephemeral = FirstEphemeral;
    private int _dials;
    private volatile InMemoryConditions _conditions = InMemoryConditions.Perfect;

    /// <summary>What the network is like where <see cref="SetConditions"/> says nothing else. It counts for what is written from now on, over connections that there are as well.</summary>
    public InMemoryConditions Conditions
    {
        get => _conditions;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _conditions = value;
        }
    }

    /// <summary>The connections that no end has closed.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Says what the network is like between a listener and those who dialled it; null for what it is like elsewhere.</summary>
    public void SetConditions(Multiaddr listener, InMemoryConditions? conditions)
    {
        if (conditions is null)
            _ofListeners.TryRemove(listener, out _);
        else
            _ofListeners[listener] = conditions;
    }

    /// <summary>Drops connections: both ends fail at once, and what was on its way is lost.</summary>
    /// <param name="listener">Only connections to this address; null for all.</param>
    /// <returns>How many there were.</returns>
    public int Reset(Multiaddr? listener = null)
    {
        var lost = 0;
        foreach (var (connection, address) in _connections)
        {
            if (listener is { } only && address != only)
                continue;
            connection.Lose();
            lost++;
        }

        return lost;
    }

    internal IRawTransport CreateTransport() => new InMemoryTransport(this);

    internal InMemoryListener Listen(Multiaddr address)
    {
        var real = address.TryGet(Multicodec.Memorytransport, out var component) && component.Value == "0" ? NextEphemeral() : address;
        var listener = new InMemoryListener(real, gone => _listeners.TryRemove(KeyValuePair.Create(real, gone)));
        return _listeners.TryAdd(real, listener) ? listener : throw new ListenFailedException(address, "the address is in use.");
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Both ends of the connection have an owner, or are aborted.")]
    internal async Task<InMemoryConnection> DialAsync(Multiaddr address, Multiaddr listenerAddress, CancellationToken cancellationToken)
    {
        // Not in the order in which the connections come about: that may depend on threads.
        var dial = Interlocked.Increment(ref _dials);
        var local = NextEphemeral();
        var latency = ConditionsOf(listenerAddress).Latency;
        if (latency > TimeSpan.Zero)
            await Task.Delay(2 * latency, _timeProvider, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_listeners.TryGetValue(listenerAddress, out var listener))
            throw new DialFailedException(address, "nobody listens there.");

        InMemoryConnection? dialer = null;
        (dialer, var accepted) = InMemoryConnection.CreatePair(
            local, listenerAddress, _timeProvider, () => ConditionsOf(listenerAddress), unchecked((seed * 397) ^ dial), () => _connections.TryRemove(dialer!, out _));
        _connections[dialer] = listenerAddress;
        if (latency == TimeSpan.Zero)
        {
            if (listener.TryEnqueue(accepted))
                return dialer;
            dialer.Abort();
            throw new DialFailedException(address, "nobody listens there, or too many wait.");
        }

        _ = HandOverAsync(listener, accepted, latency);
        return dialer;
    }

    /// <summary>The listener hears of the connection with the last packet of the handshake, half a round trip after the dialer.</summary>
    private async Task HandOverAsync(InMemoryListener listener, InMemoryConnection accepted, TimeSpan latency)
    {
        await Task.Delay(latency, _timeProvider, CancellationToken.None).ConfigureAwait(false);
        if (!listener.TryEnqueue(accepted))
            accepted.Abort();
    }

    private InMemoryConditions ConditionsOf(Multiaddr listener) => _ofListeners.TryGetValue(listener, out var conditions) ? conditions : _conditions;

    private Multiaddr NextEphemeral() => Multiaddr.Parse(string.Create(CultureInfo.InvariantCulture, $"/memory/{Interlocked.Increment(ref _ephemeral)}"));
}
