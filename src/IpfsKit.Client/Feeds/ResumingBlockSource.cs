using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Feeds;

/// <summary>A walk's blocks over however many silos it takes. After a failure the same request is repeated and the blocks that were used already are skipped.</summary>
/// <remarks>For walks that ask for blocks in exactly the order in which the request yields them. Not safe to share, in spite of the contract of its interface.</remarks>
internal sealed class ResumingBlockSource(ReadSession session, EntityRequest request, int readAheadBytes) : IBlockSource, IAsyncDisposable
{
    private PrefetchedFeed? _feed;
    private FeedBlockSource? _source;
    private long _used;

    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (_source is null)
                    await OpenAsync(cancellationToken).ConfigureAwait(false);
                var block = await _source!.GetAsync(cid, cancellationToken).ConfigureAwait(false);
                _used++;
                session.Progressed();
                return block;
            }
            catch (FeedFailureException exception)
            {
                await DisposeAsync().ConfigureAwait(false);
                session.Failed(exception);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _source = null;
        if (_feed is { } feed)
        {
            _feed = null;
            await feed.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _feed = new PrefetchedFeed(await session.OpenAsync(request, cancellationToken).ConfigureAwait(false), readAheadBytes);
        for (var i = 0L; i < _used; i++)
        {
            using var skipped = await _feed.ReadAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new FeedFailureException($"the stream ended after {i} of the {_used} blocks that another silo has sent");
        }

        _source = new FeedBlockSource(_feed);
    }
}
