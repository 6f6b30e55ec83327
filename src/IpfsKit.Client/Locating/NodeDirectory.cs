using System.Runtime.CompilerServices;
using IpfsKit.Client.Listing;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Locating;

/// <summary>The nodes of the cluster, and what each of them says to a question.</summary>
internal sealed class NodeDirectory(IGrainFactory grains)
{
    private const int MaxConcurrentCalls = 16;

    /// <summary>The active nodes, the nearest first.</summary>
    public ValueTask<IReadOnlyList<NodeInfo>> ListAsync(CancellationToken cancellationToken) =>
        ClusterCalls.InvokeAsync(() => grains.GetGrain<INodeDirectoryGrain>(0).ListNodesAsync(cancellationToken));

    /// <summary>The grain of a node.</summary>
    public INodeGrain Get(NodeInfo node) => Get(node.Node);

    /// <inheritdoc cref="Get(NodeInfo)"/>
    public INodeGrain Get(PeerId node) => grains.GetGrain<INodeGrain>(node.ToString());

    /// <summary>Listings of all nodes, each in the order of the CIDs of its items, as one: each CID once.</summary>
    public IAsyncEnumerable<T> MergeAsync<T>(
        Func<INodeGrain, IAsyncEnumerable<T>> listing, Func<T, Cid> keyOf, CancellationToken cancellationToken) =>
        CombineAsync(listing, listings => SortedMerge.MergeAsync(listings, keyOf, cancellationToken), cancellationToken);

    /// <summary>Listings of all nodes in no order as one: each CID once, within <see cref="DistinctConcat.DefaultRemembered"/>.</summary>
    public IAsyncEnumerable<T> ConcatAsync<T>(
        Func<INodeGrain, IAsyncEnumerable<T>> listing, Func<T, Cid> keyOf, CancellationToken cancellationToken) =>
        CombineAsync(listing, listings => DistinctConcat.ConcatAsync(listings, keyOf, DistinctConcat.DefaultRemembered, cancellationToken), cancellationToken);

    /// <summary>Asks all nodes at once, in bounded numbers; a node that fails answers with its error.</summary>
    public async ValueTask<NodeAnswer<T>[]> AskAllAsync<T>(
        Func<INodeGrain, CancellationToken, ValueTask<T>> question, CancellationToken cancellationToken)
    {
        var nodes = await ListAsync(cancellationToken).ConfigureAwait(false);
        var answers = new NodeAnswer<T>[nodes.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentCalls, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, nodes.Count, options, async (index, token) =>
        {
            try
            {
                answers[index] = new NodeAnswer<T>(nodes[index], await question(Get(nodes[index]), token).ConfigureAwait(false), null);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever is wrong with one node, a stop, a damaged store or a fault of its own, is no reason not to hear the others.
                answers[index] = new NodeAnswer<T>(nodes[index], default, exception);
            }
        }).ConfigureAwait(false);
        return answers;
    }

    private async IAsyncEnumerable<T> CombineAsync<T>(
        Func<INodeGrain, IAsyncEnumerable<T>> listing, Func<IReadOnlyList<IAsyncEnumerable<T>>, IAsyncEnumerable<T>> combine,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var active = await ListAsync(cancellationToken).ConfigureAwait(false);
        var combined = combine([.. active.Select(node => new DetachableStream<T>(listing(Get(node))))]).GetAsyncEnumerator(cancellationToken);
        await using var _ = combined.ConfigureAwait(false);
        while (await NextAsync(combined).ConfigureAwait(false))
            yield return combined.Current;
    }

    /// <summary>What one node enumerates; what Orleans throws becomes an exception of ours.</summary>
    public static async IAsyncEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var enumerator = new DetachableStream<T>(items).GetAsyncEnumerator(cancellationToken);
        await using var _ = enumerator.ConfigureAwait(false);
        while (await NextAsync(enumerator).ConfigureAwait(false))
            yield return enumerator.Current;
    }

    private static async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> listing)
    {
        try
        {
            return await listing.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IpfsKitException or IpldException))
        {
            throw new ClusterUnavailableException(exception);
        }
    }
}

/// <summary>What a node said, or why it did not.</summary>
internal readonly record struct NodeAnswer<T>(NodeInfo Node, T? Result, Exception? Error);
