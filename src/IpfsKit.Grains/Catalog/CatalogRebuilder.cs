using IpfsKit.Grains.Content;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Catalog;

/// <summary>Fills the catalog of a silo that has blocks and has lost its catalog (<see cref="NodeStorage.LacksCatalog"/>): of every block it is asked whether it is the root of something.</summary>
/// <remarks>
/// Blocks are kept by the hash, which does not say the codec: the content grain of each codec that has links, and of raw, is asked. Grains of CIDs that are no roots write nothing and go at once. It takes its time, at a limited rate, and
/// begins anew when the silo restarts before its end; until then nothing is collected. Whatever grain state has forgotten too is lost: that is what backups are for.
/// </remarks>
internal sealed partial class CatalogRebuilder(
    IpfsNode node, ContentRegistrar registrar, IGrainFactory grains, TimeProvider time, IOptions<IpfsKitOptions> options, ILogger<CatalogRebuilder> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private static readonly Multicodec[] Codecs = [Multicodec.DagPb, Multicodec.Raw, Multicodec.DagCbor, Multicodec.DagJson];

    private readonly BackgroundLoop _loop = new("The rebuild of the catalog", Interval, time, logger);

    /// <summary>Begins, if there is anything to do.</summary>
    public void Start()
    {
        if (node.Storage.LacksCatalog)
            _loop.Start(RebuildIfNeededAsync, atOnce: true);
    }

    /// <summary>Ends; the next start begins anew.</summary>
    public Task StopAsync() => _loop.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task RebuildIfNeededAsync(CancellationToken cancellationToken)
    {
        if (node.Storage.LacksCatalog)
            await RebuildAsync(cancellationToken);
    }

    /// <summary>Asks for every block.</summary>
    /// <returns>How many roots were found.</returns>
    internal async Task<long> RebuildAsync(CancellationToken cancellationToken)
    {
        LogBegins(logger, node.Storage.Blocks.GetStatistics().Blocks);
        var (found, failed) = (0L, 0L);
        var pace = new Pace(options.Value.Catalog.RebuildPerSecond, time);
        await foreach (var hash in node.Blocks.EnumerateAsync(cancellationToken))
        {
            await pace.WaitAsync(cancellationToken);
            foreach (var codec in Codecs)
            {
                var cid = Cid.CreateV1(codec, hash);
                try
                {
                    if (await TryRestoreAsync(cid, cancellationToken))
                        found++;
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    if (failed++ == 0)
                        LogNotAsked(logger, cid, e);
                }
            }
        }

        if (failed == 0)
            node.Storage.CompleteCatalog();
        LogEnded(logger, found, failed);
        return found;
    }

    private async Task<bool> TryRestoreAsync(Cid cid, CancellationToken cancellationToken)
    {
        if (await grains.GetContentHolder(cid).GetSourcesAsync(cancellationToken) is not { } sources)
            return false;
        await using var ingest = registrar.Begin();
        if (sources.WholeDag ? await LocalDag.IsCompleteAsync(ingest.Blocks, sources.Root, cancellationToken) : await ingest.Blocks.HasAsync(sources.Root, cancellationToken))
        {
            await ingest.AcknowledgeAsync(
                new StoredRoot { Root = sources.Root, SizeBytes = sources.SizeBytes, DagBytes = sources.DagBytes, Blocks = sources.Blocks, WholeDag = sources.WholeDag }, sources.Epoch, cancellationToken);
            return true;
        }

        if (sources.Holders.Contains(node.PeerId))
            await grains.GetContentHolder(cid).LostAsync(node.PeerId, cancellationToken);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "There are {Blocks} blocks and no catalog: content grains are asked for each what it is the root of. Nothing is collected until then.")]
    private static partial void LogBegins(ILogger logger, long blocks);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The content grain of {Cid}, and perhaps others, did not answer; asked again in a minute.")]
    private static partial void LogNotAsked(ILogger logger, Cid cid, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The catalog has been filled with {Roots} roots; {Failed} questions were not answered.")]
    private static partial void LogEnded(ILogger logger, long roots, long failed);
}
