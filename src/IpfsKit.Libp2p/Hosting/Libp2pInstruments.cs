using System.Diagnostics;
using System.Diagnostics.Metrics;
using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The meter and the activity source <c>IpfsKit.Libp2p</c>.</summary>
internal sealed class Libp2pInstruments : IDisposable
{
    /// <summary>The name of both.</summary>
    public const string Name = "IpfsKit.Libp2p";

    private readonly Meter? _ownMeter;
    private readonly Meter _meter;
    private readonly Histogram<double> _dials;
    private readonly Histogram<double> _upgrades;
    private readonly Histogram<double> _negotiations;
    private readonly Histogram<double> _connections;
    private readonly Counter<long> _streams;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _withheld;
    private readonly Counter<long> _gated;
    private readonly Counter<long> _trimmed;
    private readonly Counter<long> _handlerFailures;
    private readonly Histogram<double> _identifies;
    private readonly Histogram<double> _pings;

    public Libp2pInstruments(IMeterFactory? meterFactory = null)
    {
        _meter = meterFactory?.Create(Name) ?? (_ownMeter = new Meter(Name));
        _dials = _meter.CreateHistogram<double>("libp2p.dial.duration", "s", "Dials of one address, upgrade included.");
        _upgrades = _meter.CreateHistogram<double>("libp2p.upgrade.duration", "s", "Upgrades of connections: security and muxer.");
        _negotiations = _meter.CreateHistogram<double>("libp2p.negotiation.duration", "s", "Agreeing on the protocol of a stream.");
        _connections = _meter.CreateHistogram<double>("libp2p.connection.duration", "s", "How long connections lasted.");
        _streams = _meter.CreateCounter<long>("libp2p.stream.opened", "{stream}", "Streams whose protocol was agreed on.");
        _refusals = _meter.CreateCounter<long>("libp2p.resource.refused", "{refusal}", "What was refused because of a limit.");
        _withheld = _meter.CreateCounter<long>("libp2p.resource.withheld", "{buffer}", "Windows and buffers that did not grow for want of memory.");
        _gated = _meter.CreateCounter<long>("libp2p.connection.gated", "{connection}", "Connections that the gater refused.");
        _trimmed = _meter.CreateCounter<long>("libp2p.connection.trimmed", "{connection}", "Connections that were closed because there were too many.");
        _handlerFailures = _meter.CreateCounter<long>("libp2p.handler.failures", "{stream}", "Streams whose handler failed.");
        _identifies = _meter.CreateHistogram<double>("libp2p.identify.duration", "s", "Asking peers who they are.");
        _pings = _meter.CreateHistogram<double>("libp2p.ping.duration", "s", "Round trips of pings.");
    }

    /// <summary>Spans of dials, upgrades and negotiations. Shared by all hosts of the process, as activity sources are.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>Shows what the node and what the transient scope have.</summary>
    public void ObserveResources(Func<ResourceUsage> system, Func<ResourceUsage> transient)
    {
        _meter.CreateObservableUpDownCounter("libp2p.resource.memory", () => Both(usage => usage.Memory), "By", "Reserved memory.");
        _meter.CreateObservableUpDownCounter("libp2p.resource.streams", () => Directions(usage => (usage.StreamsInbound, usage.StreamsOutbound)), "{stream}", "Open streams.");
        _meter.CreateObservableUpDownCounter("libp2p.resource.connections", () => Directions(usage => (usage.ConnectionsInbound, usage.ConnectionsOutbound)), "{connection}", "Open connections.");
        _meter.CreateObservableUpDownCounter("libp2p.resource.descriptors", () => Both(usage => usage.Descriptors), "{descriptor}", "Sockets of connections and listeners.");

        Measurement<long>[] Both(Func<ResourceUsage, long> value) => [new(value(system()), Scope(ScopeKind.System)), new(value(transient()), Scope(ScopeKind.Transient))];

        Measurement<long>[] Directions(Func<ResourceUsage, (long Inbound, long Outbound)> value)
        {
            var (inOfSystem, outOfSystem) = value(system());
            var (inOfTransient, outOfTransient) = value(transient());
            return
            [
                new(inOfSystem, Scope(ScopeKind.System), Direction(ConnectionDirection.Inbound)),
                new(outOfSystem, Scope(ScopeKind.System), Direction(ConnectionDirection.Outbound)),
                new(inOfTransient, Scope(ScopeKind.Transient), Direction(ConnectionDirection.Inbound)),
                new(outOfTransient, Scope(ScopeKind.Transient), Direction(ConnectionDirection.Outbound)),
            ];
        }
    }

    /// <summary>Shows how many peers are known.</summary>
    public void ObservePeers(Func<int> count) => _meter.CreateObservableUpDownCounter("libp2p.peerstore.peers", count, "{peer}", "Peers that the peer store knows.");

    public void Dialled(TimeSpan duration, Outcome outcome) => _dials.Record(duration.TotalSeconds, Tag(outcome));

    public void Upgraded(ConnectionDirection direction, TimeSpan duration, Outcome outcome) => _upgrades.Record(duration.TotalSeconds, Direction(direction), Tag(outcome));

    public void Negotiated(ConnectionDirection direction, TimeSpan duration, Outcome outcome)
    {
        _negotiations.Record(duration.TotalSeconds, Direction(direction), Tag(outcome));
        if (outcome == Outcome.Done)
            _streams.Add(1, Direction(direction));
    }

    public void ConnectionEnded(ConnectionDirection direction, TimeSpan duration) => _connections.Record(duration.TotalSeconds, Direction(direction));

    public void Refused(ScopeKind scope, ResourceKind resource) => _refusals.Add(1, Scope(scope), new("resource", Libp2pTags.Of(resource)));

    public void Withheld(ScopeKind scope) => _withheld.Add(1, Scope(scope));

    public void Gated(ConnectionDirection direction) => _gated.Add(1, Direction(direction));

    public void Trimmed(int connections) => _trimmed.Add(connections);

    public void HandlerFailed() => _handlerFailures.Add(1);

    public void Identified(TimeSpan duration, Outcome outcome) => _identifies.Record(duration.TotalSeconds, Tag(outcome));

    public void Pinged(TimeSpan duration, Outcome outcome) => _pings.Record(duration.TotalSeconds, Tag(outcome));

    public void Dispose() => _ownMeter?.Dispose();

    private static KeyValuePair<string, object?> Scope(ScopeKind scope) => new("scope", Libp2pTags.Of(scope));

    private static KeyValuePair<string, object?> Direction(ConnectionDirection direction) => new("direction", Libp2pTags.Of(direction));

    private static KeyValuePair<string, object?> Tag(Outcome outcome) => new("outcome", Libp2pTags.Of(outcome));
}
