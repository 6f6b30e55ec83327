using IpfsKit.Grains.Content;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Catalog;

/// <summary>Brings this silo's catalog in line with the content grains, which hold the truth.</summary>
/// <remarks>
/// Rows that are pending, once the silo is active and then every minute: a crash, or a content grain that did not answer, left them. All rows, once after the start
/// and then every <see cref="CatalogOptions.ReconcileInterval"/>, at a limited rate: a root may have been removed or pinned while this silo was down.
/// </remarks>
internal sealed partial class CatalogReconciler(
    IpfsNode node, HeldRoots held, IGrainFactory grains, TimeProvider time, IOptions<IpfsKitOptions> options, NodeInstruments instruments, ILogger<CatalogReconciler> logger) : IAsyncDisposable
{
    private static readonly TimeSpan PendingInterval = TimeSpan.FromMinutes(1);

    private readonly CatalogOptions _options = options.Value.Catalog;
    private readonly BackgroundLoop _loop = new("The comparison of the catalog with the content grains", PendingInterval, time, logger);
    private DateTimeOffset? _comparedAll;

    /// <summary>Starts the loop.</summary>
    public void Start() => _loop.Start(StepAsync, atOnce: true);

    /// <summary>Ends the loop; the next start settles what is left.</summary>
    public Task StopAsync() => _loop.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>Settles every row of a kind once.</summary>
    /// <returns>How many could not be settled now.</returns>
    internal async Task<int> ReconcileAsync(CatalogFilter filter, CancellationToken cancellationToken)
    {
        var failed = 0;
        var pace = new Pace(filter == CatalogFilter.Pending ? int.MaxValue : _options.ReconcilePerSecond, time);
        await foreach (var root in node.Storage.Catalog.EnumerateRootsAsync(filter, cancellationToken: cancellationToken))
        {
            await pace.WaitAsync(cancellationToken);
            try
            {
                await SettleAsync(root, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (failed++ == 0)
                    LogNotSettled(logger, root.Root, e);
            }
        }

        return failed;
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        await ReconcileAsync(CatalogFilter.Pending, cancellationToken);
        if (_comparedAll is { } last && time.GetUtcNow() - last < _options.ReconcileInterval)
            return;
        await ReconcileAsync(CatalogFilter.Committed, cancellationToken);
        _comparedAll = time.GetUtcNow();
    }

    private async Task SettleAsync(CatalogRoot root, CancellationToken cancellationToken)
    {
        if (held.IsRegistering(root.Root))
            return;
        var holder = grains.GetGrain<IContentHolderGrain>(ContentKey.Of(root.Root));
        var truth = await holder.ReconcileAsync(ToCopy(root), root.Committed, cancellationToken);
        switch (truth.Status)
        {
            case ContentStatus.None:
                LogDropped(logger, root.Root, root.Committed);
                await held.DropAsync(root.Root, Math.Max(root.Epoch, truth.Epoch), cancellationToken);
                await holder.DroppedAsync(node.PeerId, cancellationToken);
                instruments.AddReconciled("dropped");
                break;
            case ContentStatus.Committed when !root.Committed || root.Epoch != truth.Epoch || root.Pin != truth.Pin.ToCatalog():
                await held.CommitAsync(root.Root, truth, cancellationToken);
                instruments.AddReconciled("corrected");
                break;
            default:
                instruments.AddReconciled("unchanged");
                break;
        }
    }

    private RegisterContent ToCopy(CatalogRoot root) => new()
    {
        Root = root.Root,
        SizeBytes = root.SizeBytes,
        DagBytes = root.DagBytes,
        Blocks = root.Blocks,
        WholeDag = root.WholeDag,
        Placement = new NodePlacement { Node = node.PeerId, Since = root.HeldSince },
        Pin = root.Pin is { } pin ? new PinRequest { Mode = CatalogPins.ToMode(pin.Mode), Name = pin.Name } : null,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Root {Root} is dropped: the cluster has removed it, or its registration never finished (committed here: {Committed}).")]
    private static partial void LogDropped(ILogger logger, Cid root, bool committed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Root {Root}, and perhaps others, could not be compared with its content grain; tried again later.")]
    private static partial void LogNotSettled(ILogger logger, Cid root, Exception exception);
}
