using IpfsKit.Client.Feeds;
using IpfsKit.Client.Fetching;
using IpfsKit.Client.Listing;
using IpfsKit.Client.Locating;
using IpfsKit.Client.Replication;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Pinning;

/// <summary>Pins roots, and makes roots of what is none.</summary>
internal sealed class Pinner(ReplicationCalls replication, NodeDirectory nodes, IContentLocator locator, Fetcher fetcher)
{
    public async Task<Cid> PinAsync(ReadSessionFactory reads, IpfsPath path, PinOptions options, CancellationToken cancellationToken)
    {
        PinArguments.Check(options);
        var cid = path.Root;
        if (path.Segments.Count > 0)
        {
            var blocks = reads.Open(new EntityRequest { Path = path, Scope = DagScope.Block });
            await using var _ = blocks.ConfigureAwait(false);
            cid = (await StatReader.ReadAsync(blocks, path, cancellationToken).ConfigureAwait(false)).Cid;
        }

        var request = new PinRequest { Mode = options.Mode, Name = options.Name };
        try
        {
            await replication.PinAsync(cid, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ContentNotFoundException or ContentUnavailableException)
        {
            // It is no root yet, or one of which only the block is held. Whoever holds it all can adopt it.
            await AdoptOrFetchAsync(cid, options.Mode == PinMode.Recursive, cancellationToken).ConfigureAwait(false);
            await replication.PinAsync(cid, request, cancellationToken).ConfigureAwait(false);
        }

        return cid;
    }

    /// <summary>Makes a root of what a silo holds; where none holds it all, of what a silo can get from elsewhere.</summary>
    private async ValueTask AdoptOrFetchAsync(Cid cid, bool wholeDag, CancellationToken cancellationToken)
    {
        try
        {
            await AdoptAsync(cid, wholeDag, cancellationToken).ConfigureAwait(false);
        }
        catch (ContentUnavailableException unavailable)
        {
            try
            {
                await fetcher.FetchAsync(cid, new FetchOptions { WholeDag = wholeDag }, null, cancellationToken).ConfigureAwait(false);
            }
            catch (ContentNotFoundException)
            {
                // There is nobody to ask; who was asked before says more.
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(unavailable);
            }
        }
    }

    private async ValueTask AdoptAsync(Cid cid, bool wholeDag, CancellationToken cancellationToken)
    {
        var tried = new List<string>();
        foreach (var endpoint in await locator.LocateAsync(cid, askNodes: true, alsoThroughOthers: false, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await ClusterCalls.InvokeAsync(() => nodes.Get(endpoint.Node).AdoptAsync(cid, wholeDag, cancellationToken)).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is ContentUnavailableException or ClusterUnavailableException or StateUnavailableException)
            {
                tried.Add($"{endpoint.Node}: {exception.Message}");
            }
        }

        throw new ContentUnavailableException(cid, "no silo holds all of it.", tried);
    }
}
