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
/// Rows that are pending, once the silo is active and then every minute: a crash, or a content grain that did not answer, left them. Listings wait for the first of these passes
/// (<see cref="WaitForPendingAsync"/>), because a pending row may be of a root whose caller knows that it is committed. Committed rows, once after the start and then every
/// <see cref="CatalogOptions.ReconcileInterval"/>, at a limited rate, which may take hours and holds up nothing: a root may have been removed or pinned while this silo was down.
/// </remarks>
internal sealed partial class CatalogReconciler(
    IpfsNode node, HeldRoots held, IGrainFactory grains, TimeProvider time, IOptions<IpfsKitOptions> options, NodeInstruments instruments, ILogger<CatalogReconciler> logger) : IAsyncDisposable
{
    private static readonly TimeSpan PendingInterval = TimeSpan.FromMinutes(1);

    private readonly CatalogOptions _options = options.Value.Catalog;
    private static readonly TimeSpan ListingsWait = TimeSpan.FromSeconds(10);

    private readonly BackgroundLoop _pending = new("The settling of pending roots", PendingInterval, time, logger);
    private readonly BackgroundLoop _committed =
        new("The comparison of the catalog with the content grains", options.Value.Catalog.ReconcileInterval, time, logger);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _created = time.GetUtcNow();

    /// <summary>Starts the loops.</summary>
    public void Start()
    {
        _pending.Start(SettlePendingAsync, atOnce: true);
        _committed.Start(cancellationToken => ReconcileAsync(CatalogFilter.Committed, cancellationToken), atOnce: true);
    }

    /// <summary>Ends the loops; the next start settles what is left.</summary>
    public async Task StopAsync()
    {
        await _pending.StopAsync();
        await _committed.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _pending.DisposeAsync();
        await _committed.DisposeAsync();
    }

    /// <summary>Completes when what the last run of this silo left pending is settled, or could not be within <see cref="ListingsWait"/> after this one began: a listing then goes without it.</summary>
    public async Task WaitForPendingAsync(CancellationToken cancellationToken)
    {
        var left = ListingsWait - (time.GetUtcNow() - _created);
        if (_settled.Task.IsCompleted || left <= TimeSpan.Zero)
            return;
        await _settled.Task.WaitAsync(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
    }

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

    private async Task SettlePendingAsync(CancellationToken cancellationToken)
    {
        if (await ReconcileAsync(CatalogFilter.Pending, cancellationToken) == 0)
            _settled.TrySetResult();
    }

    /// <summary>Settles a row that was read a while ago.</summary>
    internal async Task SettleAsync(CatalogRoot root, CancellationToken cancellationToken)
    {
        if (held.IsRegistering(root.Root))
            return;
        var holder = grains.GetContentHolder(root.Root);
        var standing = await holder.ReconcileAsync(node.PeerId, cancellationToken);
        var truth = standing.Registration;
        if (truth.Status == ContentStatus.None && (standing.IsKnown || !root.Committed))
            await DropAsync(holder, root, standing, cancellationToken);
        else if (truth.Status == ContentStatus.None || !standing.IsHolder || truth.Revision < root.Revision)
            await RestoreAsync(holder, root, cancellationToken);
        else if (truth.Status == ContentStatus.Committed && (!root.Committed || root.Epoch != truth.Epoch || root.Pin != truth.Pin.ToCatalog()))
        {
            await held.CommitAsync(root.Root, truth, cancellationToken);
            instruments.AddReconciled("corrected");
        }
        else
            instruments.AddReconciled("unchanged");
    }

    /// <summary>The cluster has removed the root, or its registration never came to the content grain.</summary>
    private async Task DropAsync(IContentHolderGrain holder, CatalogRoot root, CopyStanding standing, CancellationToken cancellationToken)
    {
        // A registration that came after the question is not what the answer was about.
        if (!await held.IsAsReadAsync(root, cancellationToken))
            return;
        LogDropped(logger, root.Root, root.Committed);
        await held.DropAsync(root.Root, Math.Max(root.Revision, standing.Registration.Revision), cancellationToken);
        if (standing.IsKnown)
            await holder.DroppedAsync(node.PeerId, cancellationToken);
        instruments.AddReconciled("dropped");
    }

    /// <summary>The content grain does not know what this silo holds. The row may be of the past, because the root was removed meanwhile: what is said for it must be true while it is said.</summary>
    private async Task RestoreAsync(IContentHolderGrain holder, CatalogRoot root, CancellationToken cancellationToken)
    {
        if (!await held.TryBeginRestoreAsync(root, cancellationToken))
            return;
        var committed = false;
        try
        {
            var registration = await holder.RestoreAsync(ToCopy(root), root.Committed, cancellationToken);
            if (registration.Status != ContentStatus.Committed)
                return;
            committed = true;
            held.EndCommitted(root.Root, registration);
            await held.EndingAsync(root.Root);
            instruments.AddReconciled("corrected");
        }
        finally
        {
            if (!committed)
                held.EndRegistration(root.Root);
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
        Revision = root.Revision,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Root {Root} is dropped: the cluster has removed it, or its registration never finished (committed here: {Committed}).")]
    private static partial void LogDropped(ILogger logger, Cid root, bool committed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Root {Root}, and perhaps others, could not be compared with its content grain; tried again later.")]
    private static partial void LogNotSettled(ILogger logger, Cid root, Exception exception);
}
