using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>The changes to a grain state file. Runs on the writer's thread, inside its transactions.</summary>
internal sealed class GrainStateWriter : SqliteContext
{
    private const string IsOurs = "grain = ? AND name = ? AND service = ?";

    private readonly GrainStateLayout _layout;
    private readonly DeferredIndex<long> _index;
    private readonly byte[] _service;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _findIndexed;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _update;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _addToIndex;
    private readonly SqliteStatement _removeFromIndex;
    private readonly SqliteStatement _setIndexedThrough;
    private long _nextId;
    private long _nextVersion;

    /// <summary>Prepares a file that was just opened.</summary>
    /// <param name="session">The file.</param>
    /// <param name="layout">What rows belong to whom.</param>
    /// <param name="publish">Gets the entries that are not in the file's index, for readers.</param>
    public GrainStateWriter(SqliteSession session, GrainStateLayout layout, Action<DeferredIndex<long>> publish)
        : base(session)
    {
        _layout = layout;
        _service = Encoding.UTF8.GetBytes(layout.ServiceId);
        _find = session.Prepare($"SELECT id, version FROM states WHERE id = ? AND {IsOurs}");
        _findIndexed = session.Prepare($"SELECT s.id, s.version FROM state_index AS i CROSS JOIN states AS s ON s.id = i.id WHERE i.hash = ? AND {IsOurs}");
        _insert = session.Prepare("INSERT INTO states VALUES (?, ?, ?, ?, ?, ?, ?)");
        _update = session.Prepare($"UPDATE states SET version = ?, payload = ? WHERE id = ? AND version = ? AND {IsOurs}");
        _delete = session.Prepare($"DELETE FROM states WHERE id = ? AND version = ? AND {IsOurs}");
        _addToIndex = session.Prepare("INSERT OR IGNORE INTO state_index VALUES (?, ?)");
        _removeFromIndex = session.Prepare("DELETE FROM state_index WHERE hash = ? AND id = ?");
        _setIndexedThrough = session.Prepare("UPDATE progress SET indexed_through = ?");

        Span<byte> seed = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(seed);
        _nextVersion = BinaryPrimitives.ReadInt64LittleEndian(seed);
        _index = Load();
        publish(_index);
    }

    /// <summary>Writes a state if its ETag is still the one that the caller has seen.</summary>
    public WriteResult Write(in GrainStateKey key, string? etag, ReadOnlySpan<byte> payload)
    {
        if (string.IsNullOrEmpty(etag))
        {
            var stored = Find(key);
            return stored.IsNone ? WriteResult.Done(Insert(key, payload)) : WriteResult.Conflict(stored);
        }

        if (StateETag.TryParse(etag, out var expected))
        {
            var version = _nextVersion++;
            _update.Bind(1, version).BindBlob(2, payload);
            if (BindExpected(_update, 3, expected, key).Execute() == 1)
                return WriteResult.Done(expected with { Version = version });
        }

        return WriteResult.Conflict(Find(key));
    }

    /// <summary>Removes a state if its ETag is still the one that the caller has seen.</summary>
    public WriteResult Clear(in GrainStateKey key, string? etag)
    {
        if (string.IsNullOrEmpty(etag))
        {
            var stored = Find(key);
            return stored.IsNone ? WriteResult.Done(StateETag.None) : WriteResult.Conflict(stored);
        }

        if (!StateETag.TryParse(etag, out var expected) || BindExpected(_delete, 1, expected, key).Execute() == 0)
            return WriteResult.Conflict(Find(key));
        var hash = _layout.HashOf(key);
        if (!_index.Remove(hash, expected.Id))
            _removeFromIndex.Bind(1, hash).Bind(2, expected.Id).Execute();
        return WriteResult.Done(StateETag.None);
    }

    /// <inheritdoc/>
    public override void BeforeCommit()
    {
        if (!_index.IsDue)
            return;
        var entries = _index.TakeAll();
        entries.Sort(static (left, right) => left.Key.CompareTo(right.Key));
        foreach (var (hash, id) in entries)
            _addToIndex.Bind(1, hash).Bind(2, id).Execute();
        _setIndexedThrough.Bind(1, _nextId - 1).Execute();
    }

    /// <inheritdoc/>
    public override void AfterCommit() => _index.Commit();

    /// <inheritdoc/>
    public override void AfterRollback() => _index.Forget();

    private DeferredIndex<long> Load()
    {
        var index = new DeferredIndex<long>(_layout.IndexBatch);
        var rows = Session.Prepare("SELECT hash, id FROM states WHERE id > (SELECT indexed_through FROM progress) ORDER BY id");
        while (rows.Step())
            Add(index, rows.Int64(0), rows.Int64(1));
        index.Commit();

        var last = Session.Prepare("SELECT max(indexed_through, ifnull((SELECT max(id) FROM states), 0)) FROM progress");
        last.Step();
        _nextId = last.Int64(0) + 1;
        last.Reset();
        return index;
    }

    /// <summary>Two states with one hash cannot both be among the entries that wait: the second goes into the table at once.</summary>
    private void Add(DeferredIndex<long> index, long hash, long id)
    {
        if (index.FindInGroup(hash) == 0)
            index.Set(hash, id);
        else
            _addToIndex.Bind(1, hash).Bind(2, id).Execute();
    }

    private StateETag Find(in GrainStateKey key)
    {
        var hash = _layout.HashOf(key);
        var waiting = _index.FindInGroup(hash);
        var found = waiting == 0 ? StateETag.None : Find(_find, waiting, key);
        return found.IsNone ? Find(_findIndexed, hash, key) : found;
    }

    private StateETag Find(SqliteStatement statement, long by, in GrainStateKey key)
    {
        if (!BindKey(statement.Bind(1, by), 2, key).Step())
            return StateETag.None;
        var tag = new StateETag(statement.Int64(0), statement.Int64(1));
        statement.Reset();
        return tag;
    }

    private StateETag Insert(in GrainStateKey key, ReadOnlySpan<byte> payload)
    {
        var tag = new StateETag(_nextId++, _nextVersion++);
        var hash = _layout.HashOf(key);
        _insert.Bind(1, tag.Id).Bind(2, hash).BindText(3, _service).BindText(4, key.Grain).BindText(5, key.Name)
            .Bind(6, tag.Version).BindBlob(7, payload).Execute();
        Add(_index, hash, tag.Id);
        return tag;
    }

    private SqliteStatement BindExpected(SqliteStatement statement, int parameter, StateETag expected, in GrainStateKey key) =>
        BindKey(statement.Bind(parameter, expected.Id).Bind(parameter + 1, expected.Version), parameter + 2, key);

    private SqliteStatement BindKey(SqliteStatement statement, int parameter, in GrainStateKey key) =>
        statement.BindText(parameter, key.Grain).BindText(parameter + 1, key.Name).BindText(parameter + 2, _service);
}
