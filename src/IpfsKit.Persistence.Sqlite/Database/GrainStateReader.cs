using System.Text;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>The questions to a grain state file. Runs on a reader's thread.</summary>
internal sealed class GrainStateReader : SqliteContext
{
    private readonly byte[] _service;
    private readonly SqliteStatement _read;

    public GrainStateReader(SqliteSession session, string serviceId)
        : base(session)
    {
        _service = Encoding.UTF8.GetBytes(serviceId);
        _read = session.Prepare("SELECT id, version, payload FROM states WHERE hash = ? AND grain = ? AND name = ? AND service = ?");
    }

    /// <summary>A state, or null.</summary>
    public StoredState? Read(in GrainStateKey key)
    {
        if (!_read.Bind(1, key.Hash).BindText(2, key.Grain).BindText(3, key.Name).BindText(4, _service).Step())
            return null;
        var state = new StoredState(new StateETag(_read.Int64(0), _read.Int64(1)), _read.Blob(2).ToArray());
        _read.Reset();
        return state;
    }
}

/// <summary>A state as it is stored.</summary>
internal sealed record StoredState(StateETag ETag, byte[] Payload);
