using IpfsKit.Ipld;

namespace IpfsKit.Client.Feeds;

/// <summary>Receives and checks the next blocks while the reader uses the ones before, within a bound.</summary>
internal sealed class PrefetchedFeed : IBlockFeed
{
    private readonly IBlockFeed _feed;
    private readonly BlockQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _pump;

    /// <summary>Starts to receive.</summary>
    /// <param name="feed">Where blocks come from; disposed with this.</param>
    /// <param name="readAheadBytes">The most bytes to hold.</param>
    public PrefetchedFeed(IBlockFeed feed, long readAheadBytes)
    {
        _feed = feed;
        _queue = new BlockQueue(readAheadBytes);
        _pump = Task.Run(PumpAsync);
    }

    public ValueTask<Block?> ReadAsync(CancellationToken cancellationToken) => _queue.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _queue.Abandon();
        await _pump.ConfigureAwait(false);
        // The pump may have handed over one more block between the two.
        _queue.Abandon();
        await _feed.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Ends with its error in the queue, never with an exception of its own.</summary>
    private async Task PumpAsync()
    {
        Exception? error = null;
        try
        {
            while (await _feed.ReadAsync(_stop.Token).ConfigureAwait(false) is { } block && await _queue.WriteAsync(block).ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception)
        {
            error = exception;
        }

        _queue.Complete(error);
    }
}
