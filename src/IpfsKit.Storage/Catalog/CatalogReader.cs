using IpfsKit.Multiformats;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Catalog;

/// <summary>The questions to a catalog. Runs on a reader's thread; every answer is of one moment.</summary>
internal sealed class CatalogReader : SqliteContext
{
    private const string Joined = $"SELECT {CatalogRows.RootColumns} FROM roots AS r LEFT JOIN pins AS p ON p.cid = r.cid";

    /// <summary>Rows that the index does not have yet: the newest.</summary>
    private const string IsNew = "id > (SELECT indexed_through FROM progress)";

    private readonly SqliteStatement _find;
    private readonly SqliteStatement _findIndexed;
    private readonly SqliteStatement _findPin;
    private readonly SqliteStatement _pins;
    private readonly SqliteStatement _stale;
    private readonly SqliteStatement _liveRoots;
    private readonly SqliteStatement _livePins;
    private readonly SqliteStatement[] _lists;

    public CatalogReader(SqliteSession session)
        : base(session)
    {
        _find = session.Prepare($"{CatalogRows.FindById} AND r.cid = ?");
        _findIndexed = session.Prepare(CatalogRows.FindIndexed);
        _findPin = session.Prepare($"SELECT {CatalogRows.PinColumns} FROM pins AS p WHERE p.cid = ?");
        _pins = session.Prepare($"SELECT {CatalogRows.PinColumns} FROM pins AS p WHERE p.cid > ? ORDER BY p.cid LIMIT ?");
        _stale = session.Prepare($"{Joined} WHERE r.state = 0 AND r.cid > ? AND r.held_since < ? ORDER BY r.cid LIMIT ?");
        _liveRoots = session.Prepare("SELECT id, cid, whole_dag FROM roots WHERE id > ? ORDER BY id LIMIT ?");
        _livePins = session.Prepare("SELECT id, cid, mode FROM pins WHERE id > ? ORDER BY id LIMIT ?");
        _lists = new SqliteStatement[4];
        _lists[(int)CatalogFilter.All] = session.Prepare(List(
            "SELECT cid, id FROM root_index WHERE cid > ?1",
            $"SELECT cid, id FROM roots WHERE {IsNew} AND cid > ?1"));
        _lists[(int)CatalogFilter.Committed] = session.Prepare(List(
            "SELECT i.cid, i.id FROM root_index AS i CROSS JOIN roots AS r ON r.id = i.id WHERE i.cid > ?1 AND r.state <> 0",
            $"SELECT cid, id FROM roots WHERE {IsNew} AND cid > ?1 AND state <> 0"));
        _lists[(int)CatalogFilter.Pending] = session.Prepare($"{Joined} WHERE r.cid > ? AND r.state = 0 ORDER BY r.cid LIMIT ?");
        // From the pins, of which there are few, to their roots.
        _lists[(int)CatalogFilter.Pinned] = session.Prepare(List(
            "SELECT p.cid, r.id FROM pins AS p CROSS JOIN root_index AS i ON i.cid = p.cid CROSS JOIN roots AS r ON r.id = i.id WHERE p.cid > ?1 AND r.state <> 0",
            $"SELECT r.cid, r.id FROM roots AS r CROSS JOIN pins AS p ON p.cid = r.cid WHERE r.{IsNew} AND r.cid > ?1 AND r.state <> 0"));
    }

    /// <summary>A root, or null.</summary>
    /// <param name="root">The root.</param>
    /// <param name="waiting">Its row by <see cref="DeferredIndex{TKey}.Find"/>, asked before this view of the file began, or 0.</param>
    public CatalogRoot? Find(Cid root, long waiting) =>
        (waiting == 0 ? null : Find(_find.Bind(1, waiting).BindKey(2, root))) ?? Find(_findIndexed.BindKey(1, root));

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

    /// <summary>A page in the order of keys, of rows that the index has and of those that it does not. SQLite walks both in that order and stops at the limit; only the latter, few, are sorted.</summary>
    private static string List(string indexed, string recent) =>
        $"WITH listed (cid, id) AS ({indexed} UNION ALL {recent} ORDER BY 1 LIMIT ?2) "
        + $"SELECT {CatalogRows.RootColumns} FROM listed AS l CROSS JOIN roots AS r ON r.id = l.id LEFT JOIN pins AS p ON p.cid = r.cid ORDER BY l.cid";

    private static CatalogRoot? Find(SqliteStatement row)
    {
        if (!row.Step())
            return null;
        var found = CatalogRows.Root(row);
        row.Reset();
        return found;
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
