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

/// <summary>Connects to peers. There is one dial to a peer at a time: whoever asks meanwhile adds its addresses and waits for it, and it is given up when the last of them gives up.</summary>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync disposes it.")]
internal sealed class Dialer(
    PeerId self, Swarm swarm, IAddressDialer addressDialer, PeerStore peerStore, AddressResolver resolver, AddressManager addresses, IConnectionGater gater, DialOptions options, TimeProvider timeProvider,
    ILogger<Dialer> logger)
{
    /// <summary>How long addresses that a caller gave are known, whether or not they are of use.</summary>
    public static readonly TimeSpan GivenLifetime = TimeSpan.FromMinutes(2);

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

        // For those who want the peer in the next minutes, whatever becomes of this dial.
        peerStore.AddAddresses(peer.PeerId, peer.Addresses, GivenLifetime);
        while (true)
        {
            var (dial, isOwn) = Join(peer, isForced);
            var triesAll = true;
            try
            {
                // What this caller knows may be what the dial lacks.
                triesAll = isOwn || (dial.Search.TryAdd(peer.Addresses, isForced) && dial.Search.TryAdd(peerStore.GetAddresses(peer.PeerId), isForced: false));
                return await dial.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PeerUnreachableException) when (!triesAll)
            {
                // It had ended, or had as many addresses as it tries: once more, with this caller's own.
            }
            finally
            {
                Leave(peer.PeerId, dial);
            }
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

    /// <summary>The dial of a peer that is under way, or a new one.</summary>
    private (SharedDial Dial, bool IsOwn) Join(PeerInfo peer, bool isForced)
    {
        lock (_lock)
        {
            if (_isStopped)
                throw new InvalidOperationException("The host has been stopped.");
            if (_dials.TryGetValue(peer.PeerId, out var running))
            {
                running.Waiters++;
                return (running, false);
            }

            var search = new AddressSearch(peer.PeerId, resolver, (address, isForcedNow) => Reject(peer.PeerId, address, isForcedNow), options.MaxAddresses, _losers);
            var dial = new SharedDial(search, _stopping.Token) { Waiters = 1 };
            _dials.Add(peer.PeerId, dial);
            dial.Start(token => RunAsync(peer, isForced, dial, token));
            return (dial, true);
        }
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
            // Another dial may have ended between this caller's look at the connections and its turn.
            if (swarm.Find(peer.PeerId) is { } connected)
                return connected;
            dial.Search.TryAdd(peer.Addresses, isForced);
            dial.Search.TryAdd(peerStore.GetAddresses(peer.PeerId), isForced: false);
            return await DialAsync(peer.PeerId, dial.Search, cancellationToken).ConfigureAwait(false);
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
            dial.Search.Close();
        }
    }

    private async Task<Session> DialAsync(PeerId peer, AddressSearch search, CancellationToken cancellationToken)
    {
        var dial = new PeerDial(peer, search, found => Rank(peer, found), addressDialer, History, options.MaxConcurrentDialsPerPeer, timeProvider, _losers);
        using var deadline = new DeadlineSource(options.PeerTimeout, timeProvider, cancellationToken);
        try
        {
            var (session, address) = await dial.RunAsync(deadline.Token).ConfigureAwait(false);
            // The peer was there, whatever it says of its addresses.
            peerStore.AddConnected(peer, [address], isProven: true);
            return session;
        }
        catch (OperationCanceledException) when (deadline.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw new PeerUnreachableException(peer, $"no address answered within {options.PeerTimeout.TotalSeconds:0.###} s.", dial.Failures);
        }
    }

    private IReadOnlyList<DialCandidate> Rank(PeerId peer, IReadOnlyList<ResolvedAddress> found)
    {
        var names = found.ToDictionary(item => item.Address, item => item.Name);
        return [.. _ranker.Rank(names.Keys, IsNear, address => History.GetScore(peer, address)).Select(candidate => candidate with { Name = names[candidate.Address] })];
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
