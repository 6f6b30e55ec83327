using IpfsKit.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace IpfsKit.Storage.Tests.Sqlite;

/// <summary>A file with one table of notes, whose owner exists only in tests.</summary>
internal static class NotesFile
{
    public const int ApplicationId = 0x6e6f7465;

    /// <summary>A note may point to another one, which is checked when the transaction commits: a way to make a commit fail.</summary>
    public static readonly SqliteSchema Schema = new(
        ApplicationId,
        [
            """
            CREATE TABLE notes (
                id INTEGER PRIMARY KEY,
                text TEXT NOT NULL CHECK (text <> 'forbidden'),
                see INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED
            );
            """,
        ]);

    public static SqliteFile At(string path, SqliteSchema? schema = null) => new(path, "notes", schema ?? Schema, TimeSpan.FromSeconds(5), new NotesFaults());
}

internal sealed class NotesException(string doing, string reason, SqliteException? cause) : Exception($"{doing}: {reason}", cause)
{
    public string Doing { get; } = doing;

    public int? Code => (InnerException as SqliteException)?.SqliteErrorCode;
}

internal sealed class NotesVersionException(int found, int supported) : Exception
{
    public int Found { get; } = found;

    public int Supported { get; } = supported;
}

internal sealed class NotesQueueFullException(string limit, long value) : Exception
{
    public string Limit { get; } = limit;

    public long Value { get; } = value;
}

internal sealed class NotesFaults : SqliteFaults
{
    public override Exception NewerVersion(string path, int found, int supported) => new NotesVersionException(found, supported);

    public override Exception Failed(string path, string doing, string reason, SqliteException? cause) => new NotesException(doing, reason, cause);

    public override Exception QueueFull(string path, string limit, long value) => new NotesQueueFullException(limit, value);

    public override Exception Closed(string path) => new ObjectDisposedException(path);
}

internal sealed class NotesContext : SqliteContext
{
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _count;

    public NotesContext(SqliteSession session)
        : base(session)
    {
        session.Prepare("PRAGMA foreign_keys = ON").Execute();
        _insert = session.Prepare("INSERT INTO notes (text, see) VALUES (?, ?)");
        _count = session.Prepare("SELECT count(*) FROM notes");
    }

    /// <summary>The groups that were made durable, each with its size, by this connection.</summary>
    public List<int> Commits { get; } = [];

    public int Undone { get; private set; }

    public int InGroup { get; set; }

    public int Insert(string text, long? see = null) => _insert.BindText(1, text).Bind(2, see).Execute();

    public long Count()
    {
        _count.Step();
        var count = _count.Int64(0);
        _count.Reset();
        return count;
    }

    public override void AfterCommit()
    {
        Commits.Add(InGroup);
        InGroup = 0;
    }

    public override void AfterRollback()
    {
        Undone++;
        InGroup = 0;
    }
}
