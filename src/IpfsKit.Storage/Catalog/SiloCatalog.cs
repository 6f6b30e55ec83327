using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Liveness;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Catalog;

/// <summary>The roots and pins that a silo holds, in one SQLite file beside its blocks.</summary>
/// <remarks>
/// <para><b>What it is for.</b> It tells the collector what must stay, and it is the truth for listings only: what a root is, the content grain says, and a catalog can be rebuilt from there.</para>
/// <para><b>Keys.</b> Either version of a CID may be given; both are one row. Listings are in the order of the bytes of the CID as version 1, the same on every silo, so that listings of many silos merge.</para>
/// <para><b>Durable.</b> When a change completes it survives loss of power; changes that wait together share a sync. If one throws, it may have happened or not; repeating it is harmless.</para>
/// <para><b>Order.</b> Changes take effect in the order of the calls: a call has its place when it returns its task. Whoever awaits a change sees it in every read that begins later.
/// Cancelling takes a call out of the queue; it does nothing once the call has begun.</para>
/// <para><b>Bounds.</b> Waiting changes and reads are limited (<see cref="SiloCatalogOptions"/>); listings hold one page, and neither block changes nor are blocked by them.</para>
/// <para><b>Threads.</b> All members may be called concurrently. Changes are written by one thread of the catalog's own; reads run on the caller's.</para>
/// </remarks>
public sealed class SiloCatalog : IRootSource, IAsyncDisposable
{
    /// <summary>The most heats that one <see cref="UpdateHeatAsync"/> takes.</summary>
    public const int MaxHeatBatch = 4096;

    /// <summary>The most entries of a page.</summary>
    public const int MaxPage = 4096;

    /// <summary>The meter of the catalog.</summary>
    public const string MeterName = "IpfsKit.Storage.Catalog";

    private const int PageOfEnumerations = 256;
    private const int ConcurrentReads = 2;

    /// <summary>How many rows a listing may have to sort because the index does not have them yet.</summary>
    private const int MaxUnindexedInListings = 512;

    private readonly SqliteInstruments _instruments;
    private readonly SqliteWriter<CatalogWriter> _writer;
    private readonly SqliteReaders<CatalogReader> _readers;
    private volatile CatalogStatistics _statistics = new();
    private volatile DeferredIndex<Cid> _index;

    private SiloCatalog(SiloCatalogOptions options, IMeterFactory? meterFactory)
    {
        var file = new SqliteFile(options.Path, "catalog", CatalogSchema.Schema, options.BusyTimeout, new CatalogFaults());
        var ids = new CatalogIds();
        _index = new DeferredIndex<Cid>(options.IndexBatch);
        _instruments = new SqliteInstruments(meterFactory, MeterName);
        _writer = new SqliteWriter<CatalogWriter>(
            file, new SqliteQueue<CatalogWriter>(file.Path, options.MaxQueued, options.MaxQueuedBytes, file.Faults), _instruments,
            () => new CatalogWriter(SqliteSession.OpenWriter(file), options.IndexBatch, ids, index => _index = index, totals => _statistics = totals));
        _readers = new SqliteReaders<CatalogReader>(file, ConcurrentReads, options.MaxQueued, () => new CatalogReader(SqliteSession.OpenReader(file)));
        _instruments.ObserveQueue(file.Kind, () => _writer.QueueLength);
    }

    /// <summary>Totals as of the last change that became durable; costs nothing.</summary>
    public CatalogStatistics Statistics => _statistics;

    /// <summary>Opens a catalog, or makes one.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DataDirectoryVersionException">The file is of a newer version; it was not touched.</exception>
    /// <exception cref="StorageCorruptedException">The file is damaged, or not a database.</exception>
    /// <exception cref="CatalogException">It could not be opened.</exception>
    public static async Task<SiloCatalog> OpenAsync(SiloCatalogOptions options, IMeterFactory? meterFactory = null, CancellationToken cancellationToken = default)
    {
        var valid = new SiloCatalogOptionsValidator().Validate(null, options);
        if (valid.Failed)
            throw new ArgumentException(valid.FailureMessage, nameof(options));
        var catalog = new SiloCatalog(options, meterFactory);
        try
        {
            await catalog._writer.OpenAsync(cancellationToken).ConfigureAwait(false);
            return catalog;
        }
        catch
        {
            await catalog.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Adds a root, or brings what is recorded of it up to date.</summary>
    /// <remarks>
    /// <para>A root that is not here is recorded as given. Of one that is here: a pending root takes the sizes and <see cref="CatalogRoot.HeldSince"/> of the new one. A committed root stays
    /// committed and as it is, except that it becomes whole, with the sizes of the whole, if the new one is whole and it was not. If the new one is committed, and its revision is not older, the root becomes
    /// committed with its epoch, revision, sizes, time and pin. The form of the CID and the heat stay.</para>
    /// </remarks>
    /// <returns>What is recorded now.</returns>
    public Task<CatalogRoot> UpsertRootAsync(CatalogRoot root, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(root);
        CheckPin(root.Pin, root.Root);
        return Write(root, static (catalog, root) => catalog.Upsert(root), cancellationToken, NameBytes(root.Pin));
    }

    /// <summary>Records that a root is committed, and its pin, which replaces what was recorded of either.</summary>
    /// <param name="root">The root.</param>
    /// <param name="epoch">Which life of it.</param>
    /// <param name="revision">Which write of the root's grain state says so.</param>
    /// <param name="committedAt">Since when.</param>
    /// <param name="pin">Its pin, or null for none.</param>
    /// <param name="cancellationToken">Takes the call out of the queue.</param>
    /// <returns>False if the root is not here, or a newer revision of it is recorded: nothing has changed.</returns>
    public Task<bool> CommitRootAsync(
        Cid root, long epoch, long revision, DateTimeOffset committedAt, CatalogPin? pin = null, CancellationToken cancellationToken = default)
    {
        CheckPin(pin, root);
        return Write(
            (root, epoch, revision, committedAt, pin), static (catalog, a) => catalog.Commit(a.root, a.epoch, a.revision, a.committedAt, a.pin), cancellationToken, NameBytes(pin));
    }

    /// <summary>Makes a root pending again, and removes its pin. The revision is remembered, so that a commit before it that arrives late is ignored.</summary>
    /// <returns>False if the root is not here, or a newer revision of it is recorded: nothing has changed.</returns>
    public Task<bool> HideRootAsync(Cid root, long revision, CancellationToken cancellationToken = default) =>
        Write((root, revision), static (catalog, a) => catalog.Hide(a.root, a.revision), cancellationToken);

    /// <summary>Removes a root and its pin.</summary>
    /// <param name="root">The root.</param>
    /// <param name="revision">The newest revision to remove. A pending root that was never committed has the revision 0.</param>
    /// <param name="cancellationToken">Takes the call out of the queue.</param>
    /// <returns>False if the root is not here, or a newer revision of it is recorded: nothing has changed.</returns>
    public Task<bool> RemoveRootAsync(Cid root, long revision = long.MaxValue, CancellationToken cancellationToken = default) =>
        Write((root, revision), static (catalog, a) => catalog.Remove(a.root, a.revision), cancellationToken);

    /// <summary>Records heat. Roots that are not here are left out.</summary>
    /// <param name="heats">At most <see cref="MaxHeatBatch"/>; not to be changed until the call completes.</param>
    /// <param name="cancellationToken">Takes the call out of the queue.</param>
    /// <returns>How many roots were here.</returns>
    public Task<int> UpdateHeatAsync(IReadOnlyList<CatalogRootHeat> heats, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(heats);
        if (heats.Count > MaxHeatBatch)
            throw new ArgumentException($"{heats.Count} heats are more than the {MaxHeatBatch} that one call takes.", nameof(heats));
        return Write(heats, static (catalog, heats) => catalog.UpdateHeat(heats), cancellationToken, heats.Count * Unsafe.SizeOf<CatalogRootHeat>());
    }

    /// <summary>Sets a pin; one that is there is replaced.</summary>
    /// <param name="pin">The pin.</param>
    /// <param name="epoch">If given, the pin is only set if this life of the root is recorded as committed.</param>
    /// <param name="cancellationToken">Takes the call out of the queue.</param>
    /// <returns>Whether it was set.</returns>
    public Task<bool> PinAsync(CatalogPin pin, long? epoch = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pin);
        CheckPin(pin, pin.Cid);
        return Write((pin, epoch), static (catalog, a) => catalog.Pin(a.pin, a.epoch), cancellationToken, NameBytes(pin));
    }

    /// <summary>Removes a pin.</summary>
    /// <param name="cid">What is pinned.</param>
    /// <param name="epoch">If given, the pin is only removed if this life of the root is recorded as committed.</param>
    /// <param name="cancellationToken">Takes the call out of the queue.</param>
    /// <returns>Whether there was one and it was removed.</returns>
    public Task<bool> UnpinAsync(Cid cid, long? epoch = null, CancellationToken cancellationToken = default) =>
        Write((cid, epoch), static (catalog, a) => catalog.Unpin(a.cid, a.epoch), cancellationToken);

    /// <summary>Completes when every change that was called before has taken effect or failed: a listing that begins then has them, whether or not their callers waited.</summary>
    public Task FlushAsync(CancellationToken cancellationToken = default) => _writer.FlushAsync(cancellationToken);

    /// <summary>What is recorded of a root, or null.</summary>
    public async Task<CatalogRoot?> GetRootAsync(Cid root, CancellationToken cancellationToken = default)
    {
        var key = root.ToV1();
        while (true)
        {
            var index = _index;
            var moves = index.MovesPublished;
            var waiting = index.Find(key);
            var found = await Read((key, waiting), static (catalog, a) => catalog.Find(a.key, a.waiting), cancellationToken).ConfigureAwait(false);
            if (found is not null)
                return found;
            // Not there: or moved to another row, which the file has and the index is about to say.
            if (index.MovesBegun != moves)
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            // Or removed and added anew meanwhile, in another row.
            else if (_index == index && index.Find(key) == waiting)
                return null;
        }
    }

    /// <summary>The pin of a CID, or null.</summary>
    public Task<CatalogPin?> GetPinAsync(Cid cid, CancellationToken cancellationToken = default) =>
        Read(cid, static (catalog, cid) => catalog.FindPin(cid), cancellationToken).AsTask();

    /// <summary>A page of roots in the order of their keys: at most <paramref name="limit"/> (1 to <see cref="MaxPage"/>), from behind <paramref name="after"/>, of one moment. Shorter only at the end.</summary>
    public async Task<IReadOnlyList<CatalogRoot>> ListRootsAsync(CatalogFilter filter, Cid? after, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        if (!Enum.IsDefined(filter))
            throw new ArgumentOutOfRangeException(nameof(filter), filter, null);
        if (_index.Count > MaxUnindexedInListings)
        {
            // It only makes the listing cheaper, so a disk that takes no more writes is no reason not to list.
            Task merged = Write(true, static (catalog, _) => catalog.MergeIndex(), cancellationToken);
            await merged.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await Read((filter, after, limit), static (catalog, a) => catalog.List(a.filter, a.after, a.limit), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A page of pins in the order of their keys; as <see cref="ListRootsAsync"/>.</summary>
    public Task<IReadOnlyList<CatalogPin>> ListPinsAsync(Cid? after, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        return Read((after, limit), static (catalog, a) => catalog.ListPins(a.after, a.limit), cancellationToken).AsTask();
    }

    /// <summary>A page of pending roots whose last registration began before a moment: left by a crash, if the moment is longer ago than a registration takes. As <see cref="ListRootsAsync"/>.</summary>
    public Task<IReadOnlyList<CatalogRoot>> ListStaleRootsAsync(DateTimeOffset heldBefore, Cid? after, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        return Read((heldBefore, after, limit), static (catalog, a) => catalog.ListPending(a.heldBefore, a.after, a.limit), cancellationToken).AsTask();
    }

    /// <summary>All roots that pass, in the order of their keys, page by page: each that is here from the beginning to the end comes once; what is added, changed or removed meanwhile comes or does not.</summary>
    public async IAsyncEnumerable<CatalogRoot> EnumerateRootsAsync(
        CatalogFilter filter = CatalogFilter.Committed, Cid? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<CatalogRoot> page;
        do
        {
            page = await ListRootsAsync(filter, after, PageOfEnumerations, cancellationToken).ConfigureAwait(false);
            foreach (var root in page)
                yield return root;
            after = page is [.., var last] ? last.Root : after;
        }
        while (page.Count == PageOfEnumerations);
    }

    /// <summary>All pins; as <see cref="EnumerateRootsAsync"/>.</summary>
    public async IAsyncEnumerable<CatalogPin> EnumeratePinsAsync(Cid? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<CatalogPin> page;
        do
        {
            page = await ListPinsAsync(after, PageOfEnumerations, cancellationToken).ConfigureAwait(false);
            foreach (var pin in page)
                yield return pin;
            after = page is [.., var last] ? last.Cid : after;
        }
        while (page.Count == PageOfEnumerations);
    }

    /// <summary>Everything that must not be collected: roots, pending ones too, and pins.</summary>
    /// <remarks>
    /// Stronger than the other listings. When it ends, everything that was live at that moment has come, also what was added, grew or was pinned while it ran; some of it more than once, and some
    /// that is not live any more. What becomes live later must be kept in another way: by the lease under which it is added.
    /// </remarks>
    public async IAsyncEnumerable<LiveRoot> EnumerateLiveRootsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var page = new LivePage([], 0, 0);
        do
        {
            page = await Read(
                (page.AfterRoot, page.AfterPin), static (catalog, a) => catalog.ListLive(a.AfterRoot, a.AfterPin, PageOfEnumerations), cancellationToken).ConfigureAwait(false);
            foreach (var root in page.Roots)
                yield return root;
        }
        while (page.Roots.Count > 0);
    }

    /// <summary>Completes what was called, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _readers.DisposeAsync().ConfigureAwait(false);
        // Last, because the last connection to be closed copies the log into the file.
        await _writer.DisposeAsync().ConfigureAwait(false);
        _instruments.Dispose();
    }

    private static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
    }

    private static void CheckPin(CatalogPin? pin, Cid cid)
    {
        if (pin is null)
            return;
        if (pin.Cid.ToV1() != cid.ToV1())
            throw new ArgumentException($"The pin is of {pin.Cid}, the root is {cid}.", nameof(pin));
        if (!Enum.IsDefined(pin.Mode))
            throw new ArgumentException($"{pin.Mode} is not a mode of a pin.", nameof(pin));
        if (pin.Name?.Length > CatalogPin.MaxNameLength)
            throw new ArgumentException($"A pin's name has at most {CatalogPin.MaxNameLength} characters, not {pin.Name.Length}.", nameof(pin));
    }

    private static int NameBytes(CatalogPin? pin) => (pin?.Name?.Length ?? 0) * sizeof(char);

    private Task<TResult> Write<TArgument, TResult>(
        TArgument argument, Func<CatalogWriter, TArgument, TResult> change, CancellationToken cancellationToken, int payloadBytes = 0) =>
        _writer.Run(new SqliteCall<CatalogWriter, TArgument, TResult>(argument, change, payloadBytes), cancellationToken);

    private ValueTask<TResult> Read<TArgument, TResult>(TArgument argument, Func<CatalogReader, TArgument, TResult> question, CancellationToken cancellationToken) =>
        _readers.Run(argument, question, cancellationToken);
}
