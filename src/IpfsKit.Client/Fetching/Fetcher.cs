using IpfsKit.Client.Locating;
using IpfsKit.Client.Pinning;
using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Fetching;

/// <summary>Lets a node fetch, and goes on with the next when it cannot.</summary>
internal sealed class Fetcher(NodeDirectory nodes)
{
    public async Task<FetchResult> FetchAsync(Cid root, FetchOptions options, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        PinArguments.CheckName(options.PinName);
        var request = options.ToRequest(root);
        IpfsKitException? failure = null;
        foreach (var node in await CandidatesAsync(root, options, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                return await FetchAsync(node, request, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is ContentNotFoundException or NodeBusyException or InsufficientStorageException or ClusterUnavailableException or StateUnavailableException)
            {
                // The node's own trouble, or it has nobody to ask; what peers did not deliver they would not deliver to another node either.
                if (failure is null or ContentNotFoundException)
                    failure = (IpfsKitException)exception;
            }
        }

        throw failure ?? new ContentNotFoundException(root);
    }

    /// <summary>Connects to a peer with the first node that answers.</summary>
    public async Task<ConnectedPeer> ConnectAsync(Multiaddr address, PeerId? node, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        foreach (var candidate in node is { } given ? [given] : (await nodes.ListAsync(cancellationToken).ConfigureAwait(false)).Select(active => active.Node))
        {
            try
            {
                await foreach (var peer in NodeDirectory.Enumerate(nodes.Get(candidate).ConnectPeerAsync(address, cancellationToken), cancellationToken).ConfigureAwait(false))
                    return peer;
            }
            catch (ClusterUnavailableException exception)
            {
                failure ??= exception;
            }
        }

        throw new NoNodeAvailableException($"connect to {address}", failure is null ? [] : [failure.Message], failure);
    }

    /// <summary>The peers of all nodes that answer.</summary>
    public async Task<IReadOnlyList<ConnectedPeer>> ListPeersAsync(CancellationToken cancellationToken)
    {
        var answers = await nodes.AskAllAsync((node, token) => node.ListPeersAsync(token), cancellationToken).ConfigureAwait(false);
        return [.. answers.Where(answer => answer.Result is not null).SelectMany(answer => answer.Result!)];
    }

    private async Task<FetchResult> FetchAsync(PeerId node, FetchRequest request, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var updates = NodeDirectory.Enumerate(nodes.Get(node).FetchAsync(request, cancellationToken), cancellationToken);
        await foreach (var update in updates.ConfigureAwait(false))
        {
            progress?.Report(new FetchProgress(update.Blocks, update.Bytes, update.Sources));
            if (update.Root is { } fetched)
            {
                return new FetchResult
                {
                    Root = request.Root,
                    Node = fetched.Node,
                    SizeBytes = fetched.SizeBytes,
                    DagBytes = fetched.DagBytes,
                    Blocks = fetched.Blocks,
                    FetchedBlocks = update.Blocks,
                    FetchedBytes = update.Bytes,
                    Sources = update.Sources,
                };
            }
        }

        throw new ContentUnavailableException(request.Root, $"node {node} ended the fetch without saying why.");
    }

    /// <summary>The nodes in the order in which they are tried: those first that have peers to ask.</summary>
    private async Task<IReadOnlyList<PeerId>> CandidatesAsync(Cid root, FetchOptions options, CancellationToken cancellationToken)
    {
        if (options.Node is { } given)
            return [given];
        if (options.Peers.Count > 0)
            return [.. (await nodes.ListAsync(cancellationToken).ConfigureAwait(false)).Select(node => node.Node)];
        var answers = await nodes.AskAllAsync(
            (node, token) => node.OpenRemoteReadAsync(new RemoteReadRequest { Root = root, SkipCluster = true }, token), cancellationToken).ConfigureAwait(false);
        return [.. answers.OrderBy(answer => answer.Result is null).Select(answer => answer.Node.Node)];
    }
}
