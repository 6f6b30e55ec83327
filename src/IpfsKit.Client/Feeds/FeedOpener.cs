using IpfsKit.Client.DataPlane;
using IpfsKit.Grains;

namespace IpfsKit.Client.Feeds;

/// <summary>A CAR from the data plane; where there is none to be reached, blocks through Orleans.</summary>
internal sealed class FeedOpener(DataPlaneHttp http, IGrainFactory? grains, IpfsKitClientOptions options, TimeProvider time) : IFeedOpener
{
    public async ValueTask<IBlockFeed> OpenAsync(DataEndpoint endpoint, EntityRequest request, CancellationToken cancellationToken)
    {
        if (endpoint.Address is null)
            return OpenGrainFeed(endpoint, request) ?? throw new FeedFailureException("it has no data plane");
        HttpResponseMessage response;
        try
        {
            response = await http.GetCarAsync(endpoint, request.ToRelativeUri(), cancellationToken).ConfigureAwait(false);
        }
        catch (TransferFailedException exception) when (exception.IsUnreachable && OpenGrainFeed(endpoint, request) is { } feed)
        {
            return feed;
        }
        catch (TransferFailedException exception)
        {
            throw new FeedFailureException(exception.Message, exception);
        }

        try
        {
            if (response.Content.Headers.ContentType?.MediaType != DataPlaneProtocol.CarMediaType)
                throw new FeedFailureException($"it answered with {response.Content.Headers.ContentType?.MediaType ?? "no media type"} instead of a CAR");
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new CarBlockFeed(response, stream, options, time);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private GrainBlockFeed? OpenGrainFeed(DataEndpoint endpoint, EntityRequest request)
    {
        if (!options.AllowGrainFallback || grains is null)
            return null;
        var node = grains.GetGrain<INodeGrain>(endpoint.Node.ToString());
        // One block a call: a batch of blocks would hold up every other call on the connection.
        return new GrainBlockFeed(
            node.StreamBlocksAsync(request.ToGrainRequest(endpoint.Ticket)).WithBatchSize(1), options.MaxBlockBytes);
    }
}
