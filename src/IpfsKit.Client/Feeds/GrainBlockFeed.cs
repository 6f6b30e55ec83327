using IpfsKit.Client.Locating;
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
    private Task<bool> _next = Task.FromResult(true);

    public GrainBlockFeed(IAsyncEnumerable<BlockMessage> blocks, int maxBlockBytes)
    {
        _maxBlockBytes = maxBlockBytes;
        _blocks = blocks.GetAsyncEnumerator(_stop.Token);
    }

    public async ValueTask<Block?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _next = _blocks.MoveNextAsync().AsTask();
            if (!await _next.WaitAsync(cancellationToken).ConfigureAwait(false))
                return null;
        }
        catch (Exception exception) when (exception is IpfsKitException or IpldException or EnumerationAbortedException || ClusterCalls.IsUnreachable(exception))
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
