using System.Collections.Concurrent;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Replication;

/// <summary>Wakes who waits for a root to be committed, as soon as this silo hears of it.</summary>
internal sealed class CommitSignals
{
    private readonly ConcurrentDictionary<Cid, Waiter> _waiters = new();

    /// <summary>Something has happened to a root.</summary>
    public void Set(Cid root)
    {
        if (_waiters.TryGetValue(root.ToV1(), out var waiter))
            waiter.Set();
    }

    /// <summary>Waits for roots from here on. Dispose it.</summary>
    public Waiter Begin(Cid root)
    {
        var key = root.ToV1();
        while (true)
        {
            var waiter = _waiters.GetOrAdd(key, static (key, signals) => new Waiter(signals, key), this);
            if (waiter.TryEnter())
                return waiter;
        }
    }

    /// <summary>Those who wait for one root.</summary>
    internal sealed class Waiter(CommitSignals signals, Cid key) : IDisposable
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        /// <summary>Completes at the next signal.</summary>
        public Task Next
        {
            get
            {
                lock (_lock)
                    return _next.Task;
            }
        }

        /// <summary>One more waits; false if the last has just gone.</summary>
        public bool TryEnter()
        {
            lock (_lock)
            {
                if (_count < 0)
                    return false;
                _count++;
                return true;
            }
        }

        /// <summary>Wakes all.</summary>
        public void Set()
        {
            lock (_lock)
            {
                _next.TrySetResult();
                _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (_lock)
            {
                if (--_count > 0)
                    return;
                _count = -1;
            }

            signals._waiters.TryRemove(new KeyValuePair<Cid, Waiter>(key, this));
        }
    }
}
