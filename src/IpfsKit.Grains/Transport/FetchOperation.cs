namespace IpfsKit.Grains.Transport;

/// <summary>A fetch that is under way, or has ended. Thread-safe.</summary>
internal sealed class FetchOperation(FetchRequest request) : IDisposable
{
    private const int MaxSources = 16;

    private readonly CancellationTokenSource _cancelled = new();
    private readonly TaskCompletionSource<FetchedRoot> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exchange.ContentReader? _reader;
    private FetchUpdate? _last;

    /// <summary>What is fetched.</summary>
    public FetchRequest Request { get; } = request;

    /// <summary>The root, when all of it is here and registered; or why not.</summary>
    public Task<FetchedRoot> Completion => _completion.Task;

    /// <summary>Fires when nobody wants it any more.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>How far it has come.</summary>
    public FetchUpdate Progress => _last ?? (Volatile.Read(ref _reader) is { } reader ? Describe(reader.Statistics) : new FetchUpdate());

    /// <summary>Ends the work; what has come stays for a while.</summary>
    public void Cancel() => _cancelled.Cancel();

    /// <summary>Tells progress by a reader from now on.</summary>
    public void Watch(Exchange.ContentReader reader) => Volatile.Write(ref _reader, reader);

    /// <summary>Keeps the last progress, since the reader goes away.</summary>
    public void StopWatching() => _last = Progress;

    /// <summary>It has ended well.</summary>
    public void Complete(FetchedRoot root) => _completion.TrySetResult(root);

    /// <summary>It has failed.</summary>
    public void Fail(Exception failure)
    {
        _completion.TrySetException(failure);
        // Whoever began it may have gone.
        _ = _completion.Task.Exception;
    }

    /// <inheritdoc/>
    public void Dispose() => _cancelled.Dispose();

    private static FetchUpdate Describe(Bitswap.SessionStatistics statistics) => new()
    {
        Blocks = statistics.Blocks,
        Bytes = statistics.Bytes,
        Sources = [.. statistics.BytesByPeer.OrderByDescending(sent => sent.Value).Take(MaxSources).Select(sent => new FetchSource(sent.Key, sent.Value))],
    };
}
