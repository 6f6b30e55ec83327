using IpfsKit.Client.DataPlane;
using IpfsKit.Grains;

namespace IpfsKit.Client.Feeds;

/// <summary>A CAR from the data plane; where there is none to be reached, blocks through Orleans.</summary>
internal sealed class FeedOpener(DataPlaneHttp http, IGrainFactory? grains, IpfsKitClientOptions options, TimeProvider time) : IFeedOpener
{
    public async ValueTask<IBlockFeed> OpenAsync(DataEndpoint endpoint, EntityRequest request, CancellationToken cancellationToken)
    {
        var fallback = options.AllowGrainFallback ? grains : null;
        if (endpoint.Address is null)
        {
            return fallback is null
                ? throw new FeedFailureException("it has no data plane")
                : await OpenGrainFeedAsync(fallback, endpoint, request, cancellationToken).ConfigureAwait(false);
        }

        HttpResponseMessage response;
        try
        {
            response = await http.GetCarAsync(endpoint, request.ToRelativeUri(), cancellationToken).ConfigureAwait(false);
        }
        catch (TransferFailedException exception) when (exception.IsUnreachable && fallback is not null)
        {
            return await OpenGrainFeedAsync(fallback, endpoint, request, cancellationToken).ConfigureAwait(false);
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

    private ValueTask<GrainBlockFeed> OpenGrainFeedAsync(
        IGrainFactory grains, DataEndpoint endpoint, EntityRequest request, CancellationToken cancellationToken)
    {
        var node = grains.GetGrain<INodeGrain>(endpoint.Node.ToString());
        // One block a call: a batch of blocks would hold up every other call on the connection.
        // The feed outlives the call that opens it and stops by itself.
        return GrainBlockFeed.OpenAsync(
            node.StreamBlocksAsync(request.ToGrainRequest(endpoint.Ticket), CancellationToken.None).WithBatchSize(1), options.MaxBlockBytes, cancellationToken);
    }
}
