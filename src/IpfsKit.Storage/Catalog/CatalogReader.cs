using IpfsKit.Multiformats;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Catalog;

/// <summary>The questions to a catalog. Runs on a reader's thread; every answer is of one moment.</summary>
internal sealed class CatalogReader : SqliteContext
{
    private const string Joined = $"SELECT {CatalogRows.RootColumns} FROM roots AS r LEFT JOIN pins AS p ON p.cid = r.cid";

    private readonly SqliteStatement _find;
    private readonly SqliteStatement _findPin;
    private readonly SqliteStatement _pins;
    private readonly SqliteStatement _stale;
    private readonly SqliteStatement _liveRoots;
    private readonly SqliteStatement _livePins;
    private readonly SqliteStatement[] _lists;

    public CatalogReader(SqliteSession session)
        : base(session)
    {
        _find = session.Prepare($"{Joined} WHERE r.cid = ?");
        _findPin = session.Prepare($"SELECT {CatalogRows.PinColumns} FROM pins AS p WHERE p.cid = ?");
        _pins = session.Prepare($"SELECT {CatalogRows.PinColumns} FROM pins AS p WHERE p.cid > ? ORDER BY p.cid LIMIT ?");
        _stale = session.Prepare($"{Joined} WHERE r.state = 0 AND r.cid > ? AND r.held_since < ? ORDER BY r.cid LIMIT ?");
        _liveRoots = session.Prepare("SELECT id, cid, whole_dag FROM roots WHERE id > ? ORDER BY id LIMIT ?");
        _livePins = session.Prepare("SELECT id, cid, mode FROM pins WHERE id > ? ORDER BY id LIMIT ?");
        _lists = new SqliteStatement[4];
        _lists[(int)CatalogFilter.All] = session.Prepare($"{Joined} WHERE r.cid > ? ORDER BY r.cid LIMIT ?");
        _lists[(int)CatalogFilter.Committed] = session.Prepare($"{Joined} WHERE r.cid > ? AND r.state <> 0 ORDER BY r.cid LIMIT ?");
        _lists[(int)CatalogFilter.Pending] = session.Prepare($"{Joined} WHERE r.cid > ? AND r.state = 0 ORDER BY r.cid LIMIT ?");
        // From the pins, of which there are few, to their roots.
        _lists[(int)CatalogFilter.Pinned] = session.Prepare(
            $"SELECT {CatalogRows.RootColumns} FROM pins AS p CROSS JOIN roots AS r ON r.cid = p.cid WHERE p.cid > ? AND r.state <> 0 ORDER BY p.cid LIMIT ?");
    }

    public CatalogRoot? Find(Cid root)
    {
        if (!_find.BindKey(1, root).Step())
            return null;
        var found = CatalogRows.Root(_find);
        _find.Reset();
        return found;
    }

    public CatalogPin? FindPin(Cid cid)
    {
        if (!_findPin.BindKey(1, cid).Step())
            return null;
        var found = CatalogRows.Pin(_findPin);
        _findPin.Reset();
        return found;
    }

    public IReadOnlyList<CatalogRoot> List(CatalogFilter filter, Cid? after, int limit)
    {
        var list = _lists[(int)filter];
        return Read(BindAfter(list, after).Bind(2, limit), CatalogRows.Root);
    }

    public IReadOnlyList<CatalogRoot> ListPending(DateTimeOffset heldBefore, Cid? after, int limit) =>
        Read(BindAfter(_stale, after).BindTime(2, heldBefore).Bind(3, limit), CatalogRows.Root);

    public IReadOnlyList<CatalogPin> ListPins(Cid? after, int limit) => Read(BindAfter(_pins, after).Bind(2, limit), CatalogRows.Pin);

    /// <summary>
    /// What became live after a place in the order of ids: at most <paramref name="limit"/> roots and as many pins. If there is neither, then nothing else is live at that moment: both were
    /// looked for in one view of the file.
    /// </summary>
    public LivePage ListLive(long afterRoot, long afterPin, int limit)
    {
        var live = new List<LiveRoot>();
        _liveRoots.Bind(1, afterRoot).Bind(2, limit);
        while (_liveRoots.Step())
        {
            afterRoot = _liveRoots.Int64(0);
            live.Add(new LiveRoot(Cid.FromBytes(_liveRoots.Blob(1)), _liveRoots.Int64(2) != 0));
        }

        _livePins.Bind(1, afterPin).Bind(2, limit);
        while (_livePins.Step())
        {
            afterPin = _livePins.Int64(0);
            live.Add(new LiveRoot(Cid.FromBytes(_livePins.Blob(1)), _livePins.Int64(2) == (long)CatalogPinMode.Recursive));
        }

        return new LivePage(live, afterRoot, afterPin);
    }

    private static SqliteStatement BindAfter(SqliteStatement list, Cid? after) =>
        after is { } cid ? list.BindKey(1, cid) : list.BindBlob(1, []);

    private static List<T> Read<T>(SqliteStatement rows, Func<SqliteStatement, T> read)
    {
        var page = new List<T>();
        try
        {
            while (rows.Step())
                page.Add(read(rows));
        }
        finally
        {
            rows.Reset();
        }

        return page;
    }
}

/// <summary>A part of the walk over what is live.</summary>
/// <param name="Roots">What was found.</param>
/// <param name="AfterRoot">Where the walk over roots goes on.</param>
/// <param name="AfterPin">Where the walk over pins goes on.</param>
internal sealed record LivePage(IReadOnlyList<LiveRoot> Roots, long AfterRoot, long AfterPin);
