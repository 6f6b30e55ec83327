using System.Text;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>The questions to a grain state file. Runs on a reader's thread.</summary>
internal sealed class GrainStateReader : SqliteContext
{
    private const string IsOurs = "grain = ? AND name = ? AND service = ?";

    private readonly GrainStateLayout _layout;
    private readonly byte[] _service;
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _readIndexed;

    public GrainStateReader(SqliteSession session, GrainStateLayout layout)
        : base(session)
    {
        _layout = layout;
        _service = Encoding.UTF8.GetBytes(layout.ServiceId);
        _read = session.Prepare($"SELECT id, version, payload FROM states WHERE id = ? AND {IsOurs}");
        _readIndexed = session.Prepare($"SELECT s.id, s.version, s.payload FROM state_index AS i CROSS JOIN states AS s ON s.id = i.id WHERE i.hash = ? AND {IsOurs}");
    }

    /// <summary>A state, or null.</summary>
    /// <param name="key">The state.</param>
    /// <param name="waiting">Its row by <see cref="DeferredIndex{TKey}.Find"/>, asked before this view of the file began, or 0.</param>
    public StoredState? Read(in GrainStateKey key, long waiting) =>
        (waiting == 0 ? null : Read(_read, waiting, key)) ?? Read(_readIndexed, _layout.HashOf(key), key);

    private StoredState? Read(SqliteStatement statement, long by, in GrainStateKey key)
    {
        if (!statement.Bind(1, by).BindText(2, key.Grain).BindText(3, key.Name).BindText(4, _service).Step())
            return null;
        var state = new StoredState(new StateETag(statement.Int64(0), statement.Int64(1)), statement.Blob(2).ToArray());
        statement.Reset();
        return state;
    }
}

/// <summary>A state as it is stored.</summary>
internal sealed record StoredState(StateETag ETag, byte[] Payload);
