using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>One dial of a peer: tries its addresses one beside the other, each after its delay or as soon as nothing else is under way, until the first answers. The others are then given up.</summary>
internal sealed class PeerDial(PeerId peer, IReadOnlyList<DialCandidate> candidates, IAddressDialer dialer, AddressHistory history, int mostAtOnce, TimeProvider timeProvider, TaskTracker losers)
{
    private readonly List<KeyValuePair<Multiaddr, Exception>> _failures = [];

    /// <summary>Dials.</summary>
    /// <exception cref="PeerUnreachableException">No address answered.</exception>
    public async Task<Session> RunAsync(CancellationToken cancellationToken)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = timeProvider.GetTimestamp();
        var running = new Dictionary<Task<Session>, Multiaddr>();
        var next = 0;
        Session? winner = null;
        try
        {
            while (winner is null && (next < candidates.Count || running.Count > 0))
            {
                while (next < candidates.Count && running.Count < mostAtOnce && (running.Count == 0 || timeProvider.GetElapsedTime(started) >= candidates[next].Delay))
                {
                    var candidate = candidates[next++];
                    running.Add(dialer.DialAsync(peer, candidate.Address, candidate.Name, others.Token), candidate.Address);
                }

                await WaitAsync(running.Keys, next, started, cancellationToken).ConfigureAwait(false);
                foreach (var (task, address) in running.Where(item => item.Key.IsCompleted).ToArray())
                {
                    running.Remove(task);
                    // A second one that comes at the same moment is in the swarm, and of use.
                    winner ??= await TakeAsync(task, address, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await others.CancelAsync().ConfigureAwait(false);
            // The winner does not wait for them.
            if (running.Count > 0 && !losers.TryRun(() => GiveUpAsync(running)))
                await GiveUpAsync(running).ConfigureAwait(false);
        }

        return winner ?? throw new PeerUnreachableException(peer, "no address answers.", _failures);
    }

    /// <summary>Until a dial ends, or the next one is due.</summary>
    private async Task WaitAsync(IEnumerable<Task<Session>> running, int next, long started, CancellationToken cancellationToken)
    {
        var first = Task.WhenAny(running);
        if (next < candidates.Count && candidates[next].Delay - timeProvider.GetElapsedTime(started) is var pause && pause > TimeSpan.Zero)
        {
            using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(first, Task.Delay(pause, timeProvider, woken.Token)).ConfigureAwait(false);
            await woken.CancelAsync().ConfigureAwait(false);
        }
        else
            await first.WaitAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
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

    private static async Task GiveUpAsync(Dictionary<Task<Session>, Multiaddr> running)
    {
        foreach (var task in running.Keys)
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
