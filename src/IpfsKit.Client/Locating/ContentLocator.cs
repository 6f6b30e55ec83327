using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Locating;

/// <summary>Asks the content grain; for a CID that is no registered root, every node; and where none has it, who could get it from elsewhere.</summary>
internal sealed class ContentLocator(IGrainFactory grains, NodeDirectory nodes) : IContentLocator
{
    public async ValueTask<IReadOnlyList<DataEndpoint>> LocateAsync(Cid root, bool askNodes, bool alsoThroughOthers, CancellationToken cancellationToken)
    {
        ContentLocation? location = null;
        IpfsKitException? failure = null;
        if (!askNodes)
        {
            try
            {
                location = await ClusterCalls.InvokeAsync(() => grains.GetContentGrain(root).LocateAsync(cancellationToken)).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is StateUnavailableException or ClusterUnavailableException)
            {
                // Reads go on while grain storage is down: the nodes know what they hold.
                failure = (IpfsKitException)exception;
            }
        }

        if (location is { Endpoints.Count: > 0 })
            return alsoThroughOthers ? await AddOthersAsync(location.Endpoints, root, isRegistered: true, cancellationToken).ConfigureAwait(false) : location.Endpoints;

        // A child of other content has no grain; a root whose placements are all down may have a copy that nobody has reported.
        var answers = await nodes.AskAllAsync(
            (node, token) => node.OpenReadAsync(root, token), cancellationToken).ConfigureAwait(false);
        var endpoints = answers.Where(answer => answer.Result is not null).Select(answer => answer.Result!).ToArray();
        if (endpoints.Length > 0)
            return alsoThroughOthers ? await AddOthersAsync(endpoints, root, isRegistered: location is not null, cancellationToken).ConfigureAwait(false) : endpoints;
        if (failure is null && await LocateElsewhereAsync(root, location is not null, cancellationToken).ConfigureAwait(false) is { Length: > 0 } elsewhere)
            return elsewhere;
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        var silent = answers.Where(answer => answer.Error is not null).Select(answer => $"{answer.Node.Node}: {answer.Error!.Message}").ToArray();
        if (location is not null)
            throw new ContentUnavailableException(root, "no silo that holds it is up.", silent);
        if (silent.Length > 0)
            throw new ContentUnavailableException(root, "it is no registered root, and not every node answered.", silent);
        throw new ContentNotFoundException(root);
    }

    private async ValueTask<IReadOnlyList<DataEndpoint>> AddOthersAsync(IReadOnlyList<DataEndpoint> holders, Cid root, bool isRegistered, CancellationToken cancellationToken)
    {
        var request = new RemoteReadRequest { Root = root, IsRegistered = isRegistered };
        var answers = await nodes.AskAllAsync((node, token) => node.OpenRemoteReadAsync(request, token), cancellationToken).ConfigureAwait(false);
        return [.. holders, .. answers.Select(answer => answer.Result).OfType<DataEndpoint>().Where(other => holders.All(holder => holder.Node != other.Node))];
    }

    /// <summary>The nodes that have peers outside of the cluster to ask.</summary>
    private async ValueTask<DataEndpoint[]> LocateElsewhereAsync(Cid root, bool isRegistered, CancellationToken cancellationToken)
    {
        var request = new RemoteReadRequest { Root = root, IsRegistered = isRegistered, SkipCluster = true };
        var answers = await nodes.AskAllAsync((node, token) => node.OpenRemoteReadAsync(request, token), cancellationToken).ConfigureAwait(false);
        return [.. answers.Where(answer => answer.Result is not null).Select(answer => answer.Result!)];
    }
}
