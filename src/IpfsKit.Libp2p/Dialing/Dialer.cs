using System.Diagnostics.CodeAnalysis;
using System.Net;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>Connects to peers. There is one dial to a peer at a time: whoever asks meanwhile waits for it, and it is given up when the last of them gives up.</summary>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync disposes it.")]
internal sealed class Dialer(
    PeerId self, Swarm swarm, IAddressDialer addressDialer, PeerStore peerStore, AddressResolver resolver, AddressManager addresses, IConnectionGater gater, DialOptions options, TimeProvider timeProvider,
    ILogger<Dialer> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, SharedDial> _dials = [];
    private readonly DialRanker _ranker = new(options);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskTracker _losers = new(logger);
    private bool _isStopped;

    /// <summary>How addresses did before.</summary>
    public AddressHistory History { get; } = new(options, timeProvider);

    /// <summary>The peers that are being dialled.</summary>
    public int Running
    {
        get
        {
            lock (_lock)
                return _dials.Count;
        }
    }

    /// <summary>Connects to a peer, or gives the connection that there is.</summary>
    /// <param name="peer">The peer, and addresses to try beside those that are known.</param>
    /// <param name="isForced">Whether the given addresses are tried even if they failed a short time ago.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="ILibp2pHost.ConnectAsync" path="/exception"/>
    public async Task<Session> ConnectAsync(PeerInfo peer, bool isForced, CancellationToken cancellationToken)
    {
        if (peer.PeerId == self)
            throw new InvalidOperationException("A host does not connect to itself.");
        if (swarm.Find(peer.PeerId) is { } connected)
            return connected;
        if (!gater.AllowsPeer(peer.PeerId, ConnectionDirection.Outbound))
            throw ConnectionGatedException.Of(peer.PeerId);

        SharedDial dial;
        lock (_lock)
        {
            if (_isStopped)
                throw new InvalidOperationException("The host has been stopped.");
            if (!_dials.TryGetValue(peer.PeerId, out dial!))
            {
                dial = new SharedDial(_stopping.Token);
                _dials.Add(peer.PeerId, dial);
                dial.Start(token => RunAsync(peer, isForced, dial, token));
            }

            dial.Waiters++;
        }

        try
        {
            return await dial.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave(peer.PeerId, dial);
        }
    }

    /// <summary>Gives up all dials, and takes no more.</summary>
    public async Task StopAsync()
    {
        Task[] left;
        lock (_lock)
        {
            if (_isStopped)
                return;
            _isStopped = true;
            left = [.. _dials.Values.Select(dial => dial.Ended)];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(left).ConfigureAwait(false);
        await _losers.CloseAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Leave(PeerId peer, SharedDial dial)
    {
        lock (_lock)
        {
            if (--dial.Waiters > 0)
                return;
            // Nobody wants it any more; who comes now begins a new one.
            Forget(peer, dial);
        }

        dial.Cancel();
    }

    private void Forget(PeerId peer, SharedDial dial)
    {
        if (_dials.TryGetValue(peer, out var current) && current == dial)
            _dials.Remove(peer);
    }

    private async Task<Session> RunAsync(PeerInfo peer, bool isForced, SharedDial dial, CancellationToken cancellationToken)
    {
        using var activity = Libp2pInstruments.Activities.StartActivity("libp2p.dial");
        activity.SetPeer(peer.PeerId);
        Exception? failure = null;
        try
        {
            var candidates = await FindAsync(peer, isForced, cancellationToken).ConfigureAwait(false);
            return await new PeerDial(peer.PeerId, candidates, addressDialer, History, options.MaxConcurrentDialsPerPeer, timeProvider, _losers).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (swarm.Find(peer.PeerId) is { } session)
        {
            // The peer dialled this host meanwhile: that is as good.
            return session;
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            activity.SetOutcome(Outcomes.Of(failure, cancellationToken.IsCancellationRequested), failure);
            lock (_lock)
                Forget(peer.PeerId, dial);
        }
    }

    /// <summary>The addresses to dial.</summary>
    /// <exception cref="PeerUnreachableException">There is none.</exception>
    private async Task<IReadOnlyList<DialCandidate>> FindAsync(PeerInfo peer, bool isForced, CancellationToken cancellationToken)
    {
        var failures = new List<KeyValuePair<Multiaddr, Exception>>();
        var given = peer.Addresses.Select(address => address.WithoutFinalPeerId()).ToHashSet();
        var found = new List<Multiaddr>();
        var resolved = new Dictionary<Multiaddr, string?>();
        foreach (var address in given.Concat(peerStore.GetAddresses(peer.PeerId)).Where(address => !address.IsDefault).Take(options.MaxAddresses))
        {
            foreach (var (usable, name) in await ResolveAsync(peer.PeerId, address, failures, cancellationToken).ConfigureAwait(false))
            {
                if (!resolved.TryAdd(usable, name))
                    continue;
                if (Reject(peer.PeerId, usable, isForced && given.Contains(address)) is { } reason)
                    failures.Add(new(usable, reason));
                else
                    found.Add(usable);
            }
        }

        if (found.Count == 0)
            throw new PeerUnreachableException(peer.PeerId, resolved.Count == 0 && failures.Count == 0 ? "no address of it is known." : "none of its addresses can be dialled.", failures);
        var ranked = _ranker.Rank(found, IsNear, address => History.GetScore(peer.PeerId, address));
        return [.. ranked.Select(candidate => candidate with { Name = resolved[candidate.Address] })];
    }

    private async Task<IEnumerable<ResolvedAddress>> ResolveAsync(PeerId peer, Multiaddr address, List<KeyValuePair<Multiaddr, Exception>> failures, CancellationToken cancellationToken)
    {
        // Here and not in a transport, so that the gater sees where the dial goes.
        if (!address.BeginsWithName())
            return [new(address, null)];
        try
        {
            var resolved = await resolver.ResolveAsync(address, cancellationToken).ConfigureAwait(false);
            return resolved.Where(item => item.Address.GetFinalPeerId() is not { } named || named == peer).Select(item => item with { Address = item.Address.WithoutFinalPeerId() });
        }
        catch (DnsFailedException e)
        {
            failures.Add(new(address, e));
            return [];
        }
    }

    private Libp2pException? Reject(PeerId peer, Multiaddr address, bool isForced)
    {
        if (!addressDialer.CanDial(address))
            return new DialFailedException(address, "there is no transport for it.");
        if (addresses.Listening.Contains(address))
            return new DialFailedException(address, "this host itself listens there.");
        if (!gater.AllowsAddress(address, ConnectionDirection.Outbound))
            return ConnectionGatedException.Of(address);
        return isForced || History.IsReady(peer, address) ? null : new DialFailedException(address, "it failed a short time ago.");
    }

    /// <summary>Whether an address is likely to be of a network that this machine is in.</summary>
    private bool IsNear(Multiaddr address)
    {
        if (address.GetIPAddress() is not { } ip)
            return false;
        var network = Around(ip);
        return addresses.Listening.Any(own => own.GetIPAddress() is { } mine && mine.AddressFamily == ip.AddressFamily && network.Contains(mine));
    }

    private static IpNetwork Around(IPAddress ip) => new(ip, ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 16 : 64);
}
