using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>One dial of a peer: tries its addresses one beside the other, each after its delay or as soon as nothing else is under way, until the first answers. The others are then given up.</summary>
/// <param name="peer">Who is dialled.</param>
/// <param name="search">Gives the addresses, also such that come later.</param>
/// <param name="rank">Their order and their delays; asked again for those that were not tried whenever some have come.</param>
/// <param name="dialer">Dials one.</param>
/// <param name="history">Told how they did.</param>
/// <param name="mostAtOnce">The most dials at once.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="losers">Waits for dials that are given up.</param>
internal sealed class PeerDial(
    PeerId peer, AddressSearch search, Func<IReadOnlyList<ResolvedAddress>, IReadOnlyList<DialCandidate>> rank, IAddressDialer dialer, AddressHistory history, int mostAtOnce, TimeProvider timeProvider, TaskTracker losers)
{
    private readonly List<KeyValuePair<Multiaddr, Exception>> _failures = [];
    private readonly Dictionary<Task<Session>, Multiaddr> _running = [];
    private readonly List<ResolvedAddress> _untried = [];
    private IReadOnlyList<DialCandidate> _candidates = [];
    private int _next;
    private long _ranked;
    private TimeSpan _headStart;
    private long _lastStart;
    private TimeSpan _lastPause;
    private bool _hasDialled;

    /// <summary>What happened so far at the addresses that did not answer.</summary>
    public IReadOnlyList<KeyValuePair<Multiaddr, Exception>> Failures => [.. _failures, .. search.Failures];

    /// <summary>Dials.</summary>
    /// <returns>The connection, and the address that answered.</returns>
    /// <exception cref="PeerUnreachableException">No address answered.</exception>
    public async Task<(Session Session, Multiaddr Address)> RunAsync(CancellationToken cancellationToken)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                if (search.TryTake(_untried))
                    Rank();
                StartDue(others.Token);
                if (_running.Count == 0 && search.TryEnd())
                    throw Unreachable();
                await WaitAsync(cancellationToken).ConfigureAwait(false);
                if (await TakeEndedAsync(cancellationToken).ConfigureAwait(false) is { } winner)
                    return winner;
            }
        }
        finally
        {
            await others.CancelAsync().ConfigureAwait(false);
            // The winner does not wait for them.
            if (_running.Count > 0 && !losers.TryRun(GiveUpAsync))
                await GiveUpAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ranks what was not tried, old and new; the best of it still leaves the one that was begun last its head start.</summary>
    private void Rank()
    {
        _headStart = _running.Count > 0 && _lastPause - timeProvider.GetElapsedTime(_lastStart) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
        _candidates = rank(_untried);
        _next = 0;
        _ranked = timeProvider.GetTimestamp();
    }

    private void StartDue(CancellationToken cancellationToken)
    {
        while (_next < _candidates.Count && _running.Count < mostAtOnce && (_running.Count == 0 || DueIn(_candidates[_next]) <= TimeSpan.Zero))
        {
            var candidate = _candidates[_next++];
            _untried.RemoveAll(item => item.Address == candidate.Address);
            (_lastStart, _lastPause, _hasDialled) = (timeProvider.GetTimestamp(), candidate.Pause, true);
            _running.Add(dialer.DialAsync(peer, candidate.Address, candidate.Name, cancellationToken), candidate.Address);
        }
    }

    private TimeSpan DueIn(DialCandidate candidate) => _headStart + candidate.Delay - timeProvider.GetElapsedTime(_ranked);

    /// <summary>Until a dial ends, the next one is due, or there is another address.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var due = _next < _candidates.Count && _running.Count < mostAtOnce ? DueIn(_candidates[_next]) : (TimeSpan?)null;
        if (due is null || due > TimeSpan.Zero)
            await Task.WhenAny([search.Changed, Task.Delay(due ?? Timeout.InfiniteTimeSpan, timeProvider, woken.Token), .. _running.Keys]).ConfigureAwait(false);
        await woken.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<(Session Session, Multiaddr Address)?> TakeEndedAsync(CancellationToken cancellationToken)
    {
        (Session Session, Multiaddr Address)? winner = null;
        foreach (var (task, address) in _running.Where(item => item.Key.IsCompleted).ToArray())
        {
            _running.Remove(task);
            // A second one that comes at the same moment is in the swarm, and of use.
            if (winner is null && await TakeAsync(task, address, cancellationToken).ConfigureAwait(false) is { } session)
                winner = (session, address);
        }

        return winner;
    }

    private async Task<Session?> TakeAsync(Task<Session> task, Multiaddr address, CancellationToken cancellationToken)
    {
        try
        {
            var session = await task.ConfigureAwait(false);
            history.AddSuccess(peer, address);
            return session;
        }
        catch (Exception e) when (e is Libp2pException or TimeoutException)
        {
            // What this node itself refuses says nothing about the address.
            if (e is not (ResourceLimitExceededException or ConnectionGatedException))
                history.AddFailure(peer, address);
            _failures.Add(new(address, e));
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private PeerUnreachableException Unreachable()
    {
        var failures = Failures;
        var reason = _hasDialled ? "no address answers." : failures.Count == 0 ? "no address of it is known." : "none of its addresses can be dialled.";
        return new PeerUnreachableException(peer, reason, failures);
    }

    private async Task GiveUpAsync()
    {
        foreach (var task in _running.Keys)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (Exception e) when (e is Libp2pException or TimeoutException or OperationCanceledException)
            {
                // It was given up.
            }
        }
    }
}
