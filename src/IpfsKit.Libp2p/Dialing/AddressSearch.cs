using System.Diagnostics.CodeAnalysis;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>The addresses of one dial, as they come: those that are given and known at once, those of names when they are resolved, those of callers who join while it is under way. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source of cancellation has no timer and nobody's token, and nobody waits for the semaphore's handle: there is nothing to dispose.")]
internal sealed class AddressSearch(PeerId peer, AddressResolver resolver, Func<Multiaddr, bool, Libp2pException?> reject, int maxAddresses, TaskTracker resolving)
{
    /// <summary>The most names of one dial that are resolved at once.</summary>
    public const int MaxConcurrentNames = 8;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _slots = new(MaxConcurrentNames);
    private readonly CancellationTokenSource _closing = new();
    private readonly Dictionary<Multiaddr, bool> _asked = [];
    private readonly HashSet<Multiaddr> _found = [];
    private readonly List<ResolvedAddress> _new = [];
    private readonly List<KeyValuePair<Multiaddr, Exception>> _failures = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pending;
    private bool _isOver;

    /// <summary>Completes when there is something new to take, or something has ended, since the last <see cref="TryTake"/>.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>What came to nothing before it could be dialled.</summary>
    public IReadOnlyList<KeyValuePair<Multiaddr, Exception>> Failures
    {
        get
        {
            lock (_lock)
                return [.. _failures];
        }
    }

    /// <summary>Adds addresses. Those that were added before are looked at again only if they are forced now.</summary>
    /// <param name="addresses">With names or without, and with the peer at their end or without.</param>
    /// <param name="isForced">Whether they are tried even if they failed a short time ago.</param>
    /// <returns>Whether the dial looks at all of them; false if it is over or has as many as it tries.</returns>
    public bool TryAdd(IEnumerable<Multiaddr> addresses, bool isForced)
    {
        var wanted = new List<Multiaddr>();
        var hasAll = true;
        lock (_lock)
        {
            if (_isOver)
                return false;
            // Until this returns the search is not over.
            _pending++;
            foreach (var address in addresses.Select(address => address.WithoutFinalPeerId()).Where(address => !address.IsDefault))
            {
                var isKnown = _asked.TryGetValue(address, out var wasForced);
                if (isKnown && (wasForced || !isForced))
                    continue;
                if (!isKnown && _asked.Count >= maxAddresses)
                {
                    hasAll = false;
                    continue;
                }

                _asked[address] = isForced;
                wanted.Add(address);
            }
        }

        try
        {
            foreach (var address in wanted)
            {
                // Here and not in a transport, so that the gater sees where the dial goes.
                if (address.BeginsWithName())
                    Resolve(address, isForced);
                else
                    hasAll &= TryOffer(new ResolvedAddress(address, null), isForced);
            }
        }
        finally
        {
            End();
        }

        return hasAll;
    }

    /// <summary>Takes what has come since the last time; false if nothing has.</summary>
    public bool TryTake(List<ResolvedAddress> found)
    {
        lock (_lock)
        {
            if (_changed.Task.IsCompleted)
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            found.AddRange(_new);
            var hasNew = _new.Count > 0;
            _new.Clear();
            return hasNew;
        }
    }

    /// <summary>Ends the search if nothing is left to take and nothing can come any more.</summary>
    public bool TryEnd()
    {
        lock (_lock)
            return _isOver = _pending == 0 && _new.Count == 0;
    }

    /// <summary>Ends it in any case.</summary>
    public void Close()
    {
        lock (_lock)
            _isOver = true;
        _closing.Cancel();
    }

    private void Resolve(Multiaddr address, bool isForced)
    {
        lock (_lock)
            _pending++;
        if (!resolving.TryRun(() => ResolveAsync(address, isForced)))
            End();
    }

    private async Task ResolveAsync(Multiaddr address, bool isForced)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            foreach (var item in await AskAsync(address).ConfigureAwait(false))
            {
                var bare = item.Address.WithoutFinalPeerId();
                if (!bare.IsDefault && (item.Address.GetFinalPeerId() is not { } named || named == peer))
                    TryOffer(item with { Address = bare }, isForced);
            }
        }
        catch (DnsFailedException e)
        {
            AddFailure(address, e);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The dial has ended.
        }
        finally
        {
            End();
        }
    }

    private async Task<IReadOnlyList<ResolvedAddress>> AskAsync(Multiaddr address)
    {
        await _slots.WaitAsync(_closing.Token).ConfigureAwait(false);
        try
        {
            return await resolver.ResolveAsync(address, _closing.Token).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    private bool TryOffer(ResolvedAddress item, bool isForced)
    {
        // Outside the lock: a gater is somebody else's.
        if (reject(item.Address, isForced) is { } reason)
        {
            AddFailure(item.Address, reason);
            return true;
        }

        lock (_lock)
        {
            if (_found.Contains(item.Address))
                return true;
            if (_found.Count >= maxAddresses)
                return false;
            _found.Add(item.Address);
            _new.Add(item);
            _changed.TrySetResult();
            return true;
        }
    }

    private void AddFailure(Multiaddr address, Exception failure)
    {
        lock (_lock)
            _failures.Add(new(address, failure));
    }

    private void End()
    {
        lock (_lock)
        {
            _pending--;
            _changed.TrySetResult();
        }
    }
}
