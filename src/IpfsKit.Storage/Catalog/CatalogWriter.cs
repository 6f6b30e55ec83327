using IpfsKit.Multiformats;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Catalog;

/// <summary>The changes to a catalog. Runs on the writer's thread, inside its transactions.</summary>
/// <remarks>
/// Ids grow and are never used twice while the catalog is open, and whatever makes something live, or more of it, gives it a new id. So whoever walks the ids
/// upwards to the end has seen everything that is live at that moment; see <see cref="CatalogReader.ListLive"/>.
/// </remarks>
internal sealed class CatalogWriter : SqliteContext
{
    private readonly DeferredIndex<Cid> _index;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _findIndexed;
    private readonly SqliteStatement _addToIndex;
    private readonly SqliteStatement _removeFromIndex;
    private readonly SqliteStatement _setIndexedThrough;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _update;
    private readonly SqliteStatement _move;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _heat;
    private readonly SqliteStatement _findPin;
    private readonly SqliteStatement _insertPin;
    private readonly SqliteStatement _deletePin;
    private readonly SqliteStatement _saveTotals;
    private readonly Action<CatalogStatistics> _publish;
    private CatalogStatistics _saved;
    private CatalogStatistics _totals;
    private readonly CatalogIds _ids;
    private bool _mergeNow;

    /// <summary>Prepares a file that was just opened.</summary>
    /// <param name="session">The file.</param>
    /// <param name="indexBatch">How many entries of the index are written together.</param>
    /// <param name="publishIndex">Gets the entries that are not in the file's index, for readers.</param>
    /// <param name="publish">Gets the totals after every commit that changed them.</param>
    /// <param name="ids">The ids that were given out so far.</param>
    public CatalogWriter(SqliteSession session, int indexBatch, CatalogIds ids, Action<DeferredIndex<Cid>> publishIndex, Action<CatalogStatistics> publish)
        : base(session)
    {
        _find = session.Prepare(CatalogRows.FindById);
        _findIndexed = session.Prepare(CatalogRows.FindIndexed);
        _addToIndex = session.Prepare("INSERT OR REPLACE INTO root_index VALUES (?, ?)");
        _removeFromIndex = session.Prepare("DELETE FROM root_index WHERE cid = ?");
        _setIndexedThrough = session.Prepare("UPDATE progress SET indexed_through = ?");
        _insert = session.Prepare("INSERT INTO roots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        _update = session.Prepare(
            "UPDATE roots SET state = ?, epoch = ?, revision = ?, size_bytes = ?, dag_bytes = ?, blocks = ?, whole_dag = ?, held_since = ?, committed_at = ? WHERE id = ?");
        _move = session.Prepare("UPDATE roots SET id = ? WHERE id = ?");
        _delete = session.Prepare("DELETE FROM roots WHERE id = ?");
        _heat = session.Prepare("UPDATE roots SET heat_hour = ?, heat_week = ?, heat_at = ? WHERE id = ?");
        _findPin = session.Prepare($"SELECT {CatalogRows.PinColumns} FROM pins AS p WHERE p.cid = ?");
        _insertPin = session.Prepare("INSERT INTO pins VALUES (?, ?, ?, ?, ?)");
        _deletePin = session.Prepare("DELETE FROM pins WHERE cid = ?");
        _saveTotals = session.Prepare(
            "UPDATE totals SET committed_roots = ?, pending_roots = ?, recursive_pins = ?, direct_pins = ?, committed_bytes = ?");
        _publish = publish;
        _index = LoadIndex(indexBatch);
        publishIndex(_index);
        _ids = ids;
        _ids.NextRoot = Math.Max(_ids.NextRoot, 1 + Ask("SELECT max(indexed_through, ifnull((SELECT max(id) FROM roots), 0)) FROM progress"));
        _ids.NextPin = Math.Max(_ids.NextPin, Ask("SELECT ifnull(max(id), 0) + 1 FROM pins"));
        _saved = _totals = LoadTotals();
        publish(_saved);
    }

    public CatalogRoot Upsert(CatalogRoot root)
    {
        if (Find(root.Root) is not var (id, known))
        {
            Insert(root);
            if (root.Pin is not null)
                SetPin(root.Root, root.Pin);
            return root;
        }

        var isNewer = root.Committed && root.Revision >= known.Revision;
        var grows = root.WholeDag && !known.WholeDag;
        var next = known;
        if (grows || ((isNewer || !known.Committed) && root.WholeDag == known.WholeDag))
            next = next with { SizeBytes = root.SizeBytes, DagBytes = root.DagBytes, Blocks = root.Blocks, WholeDag = root.WholeDag };
        if (isNewer)
            next = next with { Committed = true, Epoch = root.Epoch, Revision = root.Revision, CommittedAt = root.CommittedAt };
        if (!known.Committed)
            next = next with { HeldSince = root.HeldSince };
        if (next != known)
            Update(id, known, next);
        if (grows)
            Renew(root.Root, id);
        if (isNewer && root.Pin != known.Pin)
        {
            SetPin(root.Root, root.Pin);
            next = next with { Pin = root.Pin };
        }

        return next;
    }

    public bool Commit(Cid root, long epoch, long revision, DateTimeOffset committedAt, CatalogPin? pin)
    {
        if (Find(root) is not var (id, known) || known.Revision > revision)
            return false;
        Update(id, known, known with { Committed = true, Epoch = epoch, Revision = revision, CommittedAt = committedAt });
        if (pin != known.Pin)
            SetPin(root, pin);
        return true;
    }

    public bool Hide(Cid root, long revision)
    {
        if (Find(root) is not var (id, known) || known.Revision > revision)
            return false;
        Update(id, known, known with { Committed = false, Revision = revision, CommittedAt = null });
        SetPin(root, null);
        return true;
    }

    public bool Remove(Cid root, long revision)
    {
        if (Find(root) is not var (id, known) || known.Revision > revision)
            return false;
        _delete.Bind(1, id).Execute();
        RemoveFromIndex(root, id);
        Count(known, -1);
        SetPin(root, null);
        return true;
    }

    public bool Pin(CatalogPin pin, long? epoch)
    {
        if (!IsLife(pin.Cid, epoch))
            return false;
        SetPin(pin.Cid, pin);
        return true;
    }

    public bool Unpin(Cid cid, long? epoch) => IsLife(cid, epoch) && SetPin(cid, null);

    public int UpdateHeat(IReadOnlyList<CatalogRootHeat> heats)
    {
        var updated = 0;
        foreach (var (root, heat) in heats)
        {
            if (Find(root) is var (id, _))
                updated += _heat.Bind(1, heat.Hour).Bind(2, heat.Week).BindTime(3, heat.At).Bind(4, id).Execute();
        }

        return updated;
    }

    /// <summary>Writes the entries of the index that wait in memory, however few, with this group.</summary>
    public bool MergeIndex() => _mergeNow = true;

    /// <inheritdoc/>
    public override void BeforeCommit()
    {
        if (_mergeNow || _index.IsDue)
        {
            var entries = _index.TakeAll();
            entries.Sort(static (left, right) => CatalogRows.CompareKeys(left.Key, right.Key));
            foreach (var (cid, id) in entries)
                _addToIndex.BindKey(1, cid).Bind(2, id).Execute();
            _setIndexedThrough.Bind(1, _ids.NextRoot - 1).Execute();
        }

        if (_totals == _saved)
            return;
        _saveTotals.Bind(1, _totals.CommittedRoots).Bind(2, _totals.PendingRoots).Bind(3, _totals.RecursivePins)
            .Bind(4, _totals.DirectPins).Bind(5, _totals.CommittedBytes).Execute();
    }

    /// <inheritdoc/>
    public override void AfterCommit()
    {
        _index.Commit();
        _mergeNow = false;
        if (_totals == _saved)
            return;
        _saved = _totals;
        _publish(_saved);
    }

    /// <inheritdoc/>
    public override void AfterRollback()
    {
        _totals = _saved;
        _index.Forget();
        _mergeNow = false;
    }

    private (long Id, CatalogRoot Root)? Find(Cid root)
    {
        var waiting = _index.FindInGroup(root.ToV1());
        var row = waiting == 0 ? _findIndexed.BindKey(1, root) : _find.Bind(1, waiting);
        if (!row.Step())
            return null;
        var found = (row.Int64(0), CatalogRows.Root(row));
        row.Reset();
        return found;
    }

    /// <summary>Gives a row a new id, because the collector may have passed the old one and kept the block alone.</summary>
    private void Renew(Cid root, long id)
    {
        _index.BeginMove();
        var newId = _ids.NextRoot++;
        _move.Bind(1, newId).Bind(2, id).Execute();
        RemoveFromIndex(root, id);
        _index.Set(root.ToV1(), newId);
    }

    private void RemoveFromIndex(Cid root, long id)
    {
        if (!_index.Remove(root.ToV1(), id))
            _removeFromIndex.BindKey(1, root).Execute();
    }

    private void Insert(CatalogRoot root)
    {
        var id = _ids.NextRoot++;
        _index.Set(root.Root.ToV1(), id);
        _insert.Bind(1, id).BindKey(2, root.Root).Bind(3, root.Root.Version == 0 ? 1 : 0).Bind(4, root.Committed ? 1 : 0)
            .Bind(5, root.Epoch).Bind(6, root.Revision).Bind(7, root.SizeBytes).Bind(8, root.DagBytes).Bind(9, root.Blocks).Bind(10, root.WholeDag ? 1 : 0)
            .BindTime(11, root.HeldSince).BindTime(12, root.CommittedAt)
            .Bind(13, root.Heat?.Hour).Bind(14, root.Heat?.Week).BindTime(15, root.Heat?.At).Execute();
        Count(root, +1);
    }

    private void Update(long id, CatalogRoot before, CatalogRoot after)
    {
        _update.Bind(1, after.Committed ? 1 : 0).Bind(2, after.Epoch).Bind(3, after.Revision).Bind(4, after.SizeBytes).Bind(5, after.DagBytes)
            .Bind(6, after.Blocks).Bind(7, after.WholeDag ? 1 : 0).BindTime(8, after.HeldSince).BindTime(9, after.CommittedAt).Bind(10, id).Execute();
        Count(before, -1);
        Count(after, +1);
    }

    /// <summary>Sets or removes a pin; whether there was one.</summary>
    private bool SetPin(Cid cid, CatalogPin? pin)
    {
        CatalogPin? known = null;
        if (_findPin.BindKey(1, cid).Step())
        {
            known = CatalogRows.Pin(_findPin);
            _findPin.Reset();
            _deletePin.BindKey(1, cid).Execute();
            Count(known, -1);
        }

        if (pin is not null)
        {
            _insertPin.Bind(1, _ids.NextPin++).BindKey(2, cid).Bind(3, (long)pin.Mode).BindText(4, pin.Name).BindTime(5, pin.PinnedAt).Execute();
            Count(pin, +1);
        }

        return known is not null;
    }

    private bool IsLife(Cid cid, long? epoch) => epoch is null || (Find(cid) is var (_, root) && root.Committed && root.Epoch == epoch);

    private void Count(CatalogRoot root, int sign) => _totals = root.Committed
        ? _totals with { CommittedRoots = _totals.CommittedRoots + sign, CommittedBytes = _totals.CommittedBytes + (sign * root.SizeBytes) }
        : _totals with { PendingRoots = _totals.PendingRoots + sign };

    private void Count(CatalogPin pin, int sign) => _totals = pin.Mode == CatalogPinMode.Direct
        ? _totals with { DirectPins = _totals.DirectPins + sign }
        : _totals with { RecursivePins = _totals.RecursivePins + sign };

    private DeferredIndex<Cid> LoadIndex(int batch)
    {
        var index = new DeferredIndex<Cid>(batch);
        var rows = Session.Prepare("SELECT cid, id FROM roots WHERE id > (SELECT indexed_through FROM progress)");
        while (rows.Step())
            index.Set(Cid.FromBytes(rows.Blob(0)), rows.Int64(1));
        index.Commit();
        return index;
    }

    private CatalogStatistics LoadTotals()
    {
        var row = Session.Prepare("SELECT committed_roots, pending_roots, recursive_pins, direct_pins, committed_bytes FROM totals");
        row.Step();
        var totals = new CatalogStatistics
        {
            CommittedRoots = row.Int64(0),
            PendingRoots = row.Int64(1),
            RecursivePins = row.Int64(2),
            DirectPins = row.Int64(3),
            CommittedBytes = row.Int64(4),
        };
        row.Reset();
        return totals;
    }

    private long Ask(string sql)
    {
        var row = Session.Prepare(sql);
        row.Step();
        var answer = row.Int64(0);
        row.Reset();
        return answer;
    }
}
