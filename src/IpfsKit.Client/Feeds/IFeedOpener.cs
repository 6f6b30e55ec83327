using IpfsKit.Grains;

namespace IpfsKit.Client.Feeds;

/// <summary>Asks one silo for blocks.</summary>
internal interface IFeedOpener
{
    /// <summary>Returns when the silo begins to answer.</summary>
    /// <exception cref="FeedFailureException">It cannot be reached, or does not answer.</exception>
    /// <exception cref="IpfsKitException">It refuses; also any other exception that <c>DataPlaneErrors</c> makes.</exception>
    ValueTask<IBlockFeed> OpenAsync(DataEndpoint endpoint, EntityRequest request, CancellationToken cancellationToken);
}
