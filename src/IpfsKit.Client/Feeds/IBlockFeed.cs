using IpfsKit.Ipld;

namespace IpfsKit.Client.Feeds;

/// <summary>Verified blocks as one silo sends them, in the order of a walk. For one reader.</summary>
internal interface IBlockFeed : IAsyncDisposable
{
    /// <summary>The next block, which the caller disposes; null after the last.</summary>
    /// <exception cref="FeedFailureException">The silo broke off, stood still, or sent what it should not.</exception>
    ValueTask<Block?> ReadAsync(CancellationToken cancellationToken);
}
