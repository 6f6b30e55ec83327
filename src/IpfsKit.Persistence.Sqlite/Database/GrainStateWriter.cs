using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>The changes to a grain state file. Runs on the writer's thread, inside its transactions.</summary>
internal sealed class GrainStateWriter : SqliteContext
{
    private const string IsOurs = "grain = ? AND name = ? AND service = ?";

    private readonly byte[] _service;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _update;
    private readonly SqliteStatement _delete;
    private long _nextId;
    private long _nextVersion;

    public GrainStateWriter(SqliteSession session, string serviceId)
        : base(session)
    {
        _service = Encoding.UTF8.GetBytes(serviceId);
        _find = session.Prepare($"SELECT id, version FROM states WHERE hash = ? AND {IsOurs}");
        _insert = session.Prepare("INSERT INTO states VALUES (?, ?, ?, ?, ?, ?, ?)");
        _update = session.Prepare($"UPDATE states SET version = ?, payload = ? WHERE id = ? AND version = ? AND {IsOurs}");
        _delete = session.Prepare($"DELETE FROM states WHERE id = ? AND version = ? AND {IsOurs}");

        var last = session.Prepare("SELECT ifnull(max(id), 0) FROM states");
        last.Step();
        _nextId = last.Int64(0) + 1;
        last.Reset();
        Span<byte> seed = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(seed);
        _nextVersion = BinaryPrimitives.ReadInt64LittleEndian(seed);
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

        return StateETag.TryParse(etag, out var expected) && BindExpected(_delete, 1, expected, key).Execute() == 1
            ? WriteResult.Done(StateETag.None)
            : WriteResult.Conflict(Find(key));
    }

    private StateETag Find(in GrainStateKey key)
    {
        _find.Bind(1, key.Hash);
        if (!BindKey(_find, 2, key).Step())
            return StateETag.None;
        var tag = new StateETag(_find.Int64(0), _find.Int64(1));
        _find.Reset();
        return tag;
    }

    private StateETag Insert(in GrainStateKey key, ReadOnlySpan<byte> payload)
    {
        var tag = new StateETag(_nextId++, _nextVersion++);
        _insert.Bind(1, tag.Id).Bind(2, key.Hash).BindText(3, _service).BindText(4, key.Grain).BindText(5, key.Name)
            .Bind(6, tag.Version).BindBlob(7, payload).Execute();
        return tag;
    }

    private SqliteStatement BindExpected(SqliteStatement statement, int parameter, StateETag expected, in GrainStateKey key) =>
        BindKey(statement.Bind(parameter, expected.Id).Bind(parameter + 1, expected.Version), parameter + 2, key);

    private SqliteStatement BindKey(SqliteStatement statement, int parameter, in GrainStateKey key) =>
        statement.BindText(parameter, key.Grain).BindText(parameter + 1, key.Name).BindText(parameter + 2, _service);
}
