using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Catalog;

/// <summary>Changes to the catalog by those who race: registrations of this silo, and content grains that tell it to drop a root.</summary>
/// <remarks>
/// While a registration is under way its row must not go, whoever asks: between the content grain's commit and the catalog's, the row is the only thing that keeps the blocks of a visible root after a crash.
/// A drop that meets a registration therefore hides the row instead, which remembers the revision of the drop: a registration that came before it changes nothing any more when it ends, one that came after
/// it commits the row, and the reconciler settles what is left. One that meets nothing but the end of a registration waits
/// for it. The lock only covers the decision and the call; the catalog keeps the order of calls.
/// </remarks>
internal sealed partial class HeldRoots(IpfsNode node, PinnedContent pinned, ILogger<HeldRoots> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Cid, Registrations> _registering = [];

    private SiloCatalog Catalog => node.Storage.Catalog;

    /// <summary>Begins a registration: its row is durable when this returns. Call <see cref="EndCommitted"/> or <see cref="EndRegistration"/> in any case.</summary>
    /// <returns>The row.</returns>
    public async Task<CatalogRoot> BeginRegistrationAsync(CatalogRoot root, CancellationToken cancellationToken)
    {
        Enter(root.Root);
        try
        {
            return await Catalog.UpsertRootAsync(root, cancellationToken);
        }
        catch
        {
            EndRegistration(root.Root);
            throw;
        }
    }

    /// <summary>Begins a registration of a root that has a row, if that is still as it was read; then its end is called for as after <see cref="BeginRegistrationAsync"/>.</summary>
    /// <returns>Whether it has begun: from before this looked at the row, nobody removes it.</returns>
    public async Task<bool> TryBeginRestoreAsync(CatalogRoot known, CancellationToken cancellationToken)
    {
        var begun = false;
        Enter(known.Root);
        try
        {
            // Drops that were called before take effect first.
            await Catalog.FlushAsync(cancellationToken);
            begun = await IsAsReadAsync(known, cancellationToken);
            return begun;
        }
        finally
        {
            if (!begun)
                EndRegistration(known.Root);
        }
    }

    /// <summary>Whether a row is still as it was read: no registration and no removal has come since.</summary>
    public async Task<bool> IsAsReadAsync(CatalogRoot known, CancellationToken cancellationToken) =>
        await Catalog.GetRootAsync(known.Root, cancellationToken) is { } row
        && (row.Committed, row.Revision, row.HeldSince) == (known.Committed, known.Revision, known.HeldSince);

    /// <summary>Records that the content grain has committed; a row that follows a newer write of its state stays as it is.</summary>
    public async Task CommitAsync(Cid root, ContentRegistration registration, CancellationToken cancellationToken)
    {
        if (await Catalog.CommitRootAsync(root, registration.Epoch, registration.Revision, registration.CommittedAt ?? default, registration.Pin.ToCatalog(), cancellationToken))
            pinned.Set(root, registration.Pin?.Mode);
    }

    /// <summary>Ends a registration that its content grain has committed, without waiting for the disk: the row keeps the blocks as it is, and a crash leaves the rest to the reconciler.</summary>
    public void EndCommitted(Cid root, ContentRegistration registration)
    {
        var key = root.ToV1();
        lock (_lock)
        {
            var registrations = _registering[key];
            registrations.UnderWay--;
            registrations.Ending++;
            registrations.Committing = Task.WhenAll(registrations.Committing, CommitAndEndAsync(root, registration));
        }
    }

    /// <summary>Ends a registration that failed, or of which nobody knows how it ended.</summary>
    public void EndRegistration(Cid root)
    {
        lock (_lock)
        {
            var registrations = _registering[root.ToV1()];
            registrations.UnderWay--;
            RemoveIfEnded(root.ToV1(), registrations);
        }
    }

    /// <summary>Completes when the catalog has been told of all registrations of the root that are committed.</summary>
    public Task EndingAsync(Cid root)
    {
        lock (_lock)
            return _registering.GetValueOrDefault(root.ToV1())?.Committing ?? Task.CompletedTask;
    }

    /// <summary>Whether a registration of the root is under way.</summary>
    public bool IsRegistering(Cid root)
    {
        lock (_lock)
            return _registering.ContainsKey(root.ToV1());
    }

    /// <summary>Drops a root, unless its row follows a newer write of its state.</summary>
    public async Task DropAsync(Cid root, long revision, CancellationToken cancellationToken)
    {
        for (Task? dropping = null; dropping is null;)
        {
            lock (_lock)
            {
                if (!_registering.TryGetValue(root.ToV1(), out var registrations))
                    dropping = Catalog.RemoveRootAsync(root, revision, cancellationToken);
                else if (registrations.UnderWay > 0)
                    dropping = Catalog.HideRootAsync(root, revision, cancellationToken);
            }

            await (dropping ?? EndingAsync(root).WaitAsync(cancellationToken));
            if (dropping is Task<bool> { Result: true })
                pinned.Set(root, null);
        }
    }

    private void Enter(Cid root)
    {
        lock (_lock)
        {
            if (!_registering.TryGetValue(root.ToV1(), out var registrations))
                _registering[root.ToV1()] = registrations = new Registrations();
            registrations.UnderWay++;
        }
    }

    private async Task CommitAndEndAsync(Cid root, ContentRegistration registration)
    {
        try
        {
            await CommitAsync(root, registration, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotCommitted(logger, root, e);
        }

        lock (_lock)
        {
            var registrations = _registering[root.ToV1()];
            registrations.Ending--;
            RemoveIfEnded(root.ToV1(), registrations);
        }
    }

    private void RemoveIfEnded(Cid key, Registrations registrations)
    {
        if (registrations is { UnderWay: 0, Ending: 0 })
            _registering.Remove(key);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalog could not record that {Root} is committed. It is not listed until the reconciler has recorded it.")]
    private static partial void LogNotCommitted(ILogger logger, Cid root, Exception exception);

    /// <summary>The registrations of one root.</summary>
    private sealed class Registrations
    {
        /// <summary>Those whose outcome is open.</summary>
        public int UnderWay { get; set; }

        /// <summary>Those that are committed, which the catalog is being told.</summary>
        public int Ending { get; set; }

        /// <summary>Completes when the catalog has been told of all of them.</summary>
        public Task Committing { get; set; } = Task.CompletedTask;
    }
}
