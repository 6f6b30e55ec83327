namespace IpfsKit.Grains.DataPlane;

/// <summary>What became of recent uploads, by the number in their tickets, for clients that lost the connection before they heard.</summary>
/// <remarks>Bounded: the oldest is forgotten for the newest, and each after its time. A restart forgets all, which costs a client a repetition.</remarks>
internal sealed class UploadOutcomes(int capacity, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly Queue<(Guid Upload, Entry Entry)> _order = new();

    /// <summary>Remembers that an upload began. A ticket that is used again begins anew.</summary>
    public Entry Begin(Guid upload)
    {
        var entry = new Entry(time.GetUtcNow());
        lock (_lock)
        {
            Forget();
            _entries[upload] = entry;
            _order.Enqueue((upload, entry));
        }

        return entry;
    }

    /// <summary>The upload, or null if none is remembered.</summary>
    public Entry? Find(Guid upload)
    {
        lock (_lock)
        {
            Forget();
            return _entries.GetValueOrDefault(upload);
        }
    }

    private void Forget()
    {
        var old = time.GetUtcNow() - Lifetime;
        while (_order.TryPeek(out var oldest) && (_order.Count >= capacity || oldest.Entry.BeganAt < old))
        {
            _order.Dequeue();
            if (_entries.GetValueOrDefault(oldest.Upload) == oldest.Entry)
                _entries.Remove(oldest.Upload);
        }
    }

    /// <summary>An upload.</summary>
    internal sealed class Entry(DateTimeOffset beganAt)
    {
        private readonly TaskCompletionSource<UploadOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>When it began.</summary>
        public DateTimeOffset BeganAt { get; } = beganAt;

        /// <summary>How it ended, once it has.</summary>
        public Task<UploadOutcome> Completion => _outcome.Task;

        /// <summary>Says how it ended.</summary>
        public void Complete(UploadOutcome outcome) => _outcome.TrySetResult(outcome);
    }
}

/// <summary>How an upload ended: with a receipt or with a problem.</summary>
internal readonly record struct UploadOutcome(UploadReceipt? Receipt, DataPlaneProblem? Problem);
