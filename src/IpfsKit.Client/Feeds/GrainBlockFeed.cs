using IpfsKit.Client.DataPlane;
using IpfsKit.Client.Listing;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Feeds;

/// <summary>Blocks through Orleans, for clients that reach only its gateway.</summary>
internal sealed class GrainBlockFeed : IBlockFeed
{
    private readonly int _maxBlockBytes;
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<BlockMessage> _blocks;
    private Task<bool> _next;
    private bool _isFirst = true;

    private GrainBlockFeed(IAsyncEnumerable<BlockMessage> blocks, int maxBlockBytes)
    {
        _maxBlockBytes = maxBlockBytes;
        _blocks = new DetachableStream<BlockMessage>(blocks).GetAsyncEnumerator(_stop.Token);
        _next = _blocks.MoveNextAsync().AsTask();
    }

    /// <summary>Returns with the first block: what the silo refuses, it refuses instead of that.</summary>
    /// <exception cref="FeedFailureException">The silo does not answer.</exception>
    /// <exception cref="IpfsKitException">It refuses; also any other exception that <see cref="DataPlaneErrors"/> makes.</exception>
    public static async ValueTask<GrainBlockFeed> OpenAsync(IAsyncEnumerable<BlockMessage> blocks, int maxBlockBytes, CancellationToken cancellationToken)
    {
        var feed = new GrainBlockFeed(blocks, maxBlockBytes);
        try
        {
            await feed._next.WaitAsync(cancellationToken).ConfigureAwait(false);
            return feed;
        }
        catch (Exception exception)
        {
            await feed.DisposeAsync().ConfigureAwait(false);
            throw exception switch
            {
                BlockStreamRefusedException refused => DataPlaneErrors.ToException(refused.Problem),
                IpfsKitException or OperationCanceledException => exception,
                _ => new FeedFailureException($"the stream of blocks did not begin: {exception.Message}", exception),
            };
        }
    }

    public async ValueTask<Block?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_isFirst)
                _next = _blocks.MoveNextAsync().AsTask();
            _isFirst = false;
            if (!await _next.WaitAsync(cancellationToken).ConfigureAwait(false))
                return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new FeedFailureException($"the stream of blocks broke off: {exception.Message}", exception);
        }

        var message = _blocks.Current;
        if (message.Data.Length > _maxBlockBytes)
            throw new FeedFailureException($"block {message.Cid} has {message.Data.Length} bytes; the limit is {_maxBlockBytes}");
        try
        {
            return Block.CreateVerified(message.Cid, message.Data);
        }
        catch (Exception exception) when (exception is BlockIntegrityException or UnsupportedHashException)
        {
            throw new FeedFailureException(exception.Message, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // An enumerator may be disposed only between two steps.
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _blocks.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
