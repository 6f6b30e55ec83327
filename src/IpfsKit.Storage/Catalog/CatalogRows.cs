using IpfsKit.Multiformats;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Catalog;

/// <summary>Rows to records and back.</summary>
internal static class CatalogRows
{
    /// <summary>The columns that <see cref="Root(SqliteStatement)"/> reads, of <c>roots AS r</c> and <c>pins AS p</c>.</summary>
    public const string RootColumns =
        "r.id, r.cid, r.v0, r.state, r.epoch, r.revision, r.size_bytes, r.dag_bytes, r.blocks, r.whole_dag, r.held_since, r.committed_at, r.heat_hour, r.heat_week, r.heat_at, p.mode, p.name, p.pinned_at";

    /// <summary>The columns that <see cref="Pin(SqliteStatement)"/> reads, of <c>pins AS p</c>.</summary>
    public const string PinColumns = "p.cid, p.mode, p.name, p.pinned_at";

    /// <summary>A root by its id.</summary>
    public const string FindById = $"SELECT {RootColumns} FROM roots AS r LEFT JOIN pins AS p ON p.cid = r.cid WHERE r.id = ?";

    /// <summary>A root by its key, if the index has it.</summary>
    public const string FindIndexed =
        $"SELECT {RootColumns} FROM root_index AS i CROSS JOIN roots AS r ON r.id = i.id LEFT JOIN pins AS p ON p.cid = r.cid WHERE i.cid = ?";

    private const int ModeColumn = 15;

    /// <summary>The root in the current row.</summary>
    public static CatalogRoot Root(SqliteStatement row)
    {
        var key = Cid.FromBytes(row.Blob(1));
        return new CatalogRoot
        {
            Root = row.Int64(2) != 0 && key.TryToV0(out var v0) ? v0 : key,
            Committed = row.Int64(3) != 0,
            Epoch = row.Int64(4),
            Revision = row.Int64(5),
            SizeBytes = row.Int64(6),
            DagBytes = row.Int64(7),
            Blocks = row.Int64(8),
            WholeDag = row.Int64(9) != 0,
            HeldSince = Time(row.Int64(10)),
            CommittedAt = row.IsNull(11) ? null : Time(row.Int64(11)),
            Heat = row.IsNull(14) ? null : new CatalogHeat(row.Double(12), row.Double(13), Time(row.Int64(14))),
            Pin = row.IsNull(ModeColumn) ? null : Pin(row, key, ModeColumn),
        };
    }

    /// <summary>The pin in the current row.</summary>
    public static CatalogPin Pin(SqliteStatement row) => Pin(row, Cid.FromBytes(row.Blob(0)), 1);

    /// <summary>Binds a CID as a key.</summary>
    public static SqliteStatement BindKey(this SqliteStatement statement, int parameter, Cid cid)
    {
        Span<byte> key = stackalloc byte[Cid.MaxBytes];
        return statement.BindBlob(parameter, key[..cid.ToV1().WriteBytes(key)]);
    }

    /// <summary>The order of keys.</summary>
    public static int CompareKeys(Cid left, Cid right)
    {
        Span<byte> a = stackalloc byte[Cid.MaxBytes];
        Span<byte> b = stackalloc byte[Cid.MaxBytes];
        return a[..left.ToV1().WriteBytes(a)].SequenceCompareTo(b[..right.ToV1().WriteBytes(b)]);
    }

    /// <summary>Binds a time in milliseconds since 1970.</summary>
    public static SqliteStatement BindTime(this SqliteStatement statement, int parameter, DateTimeOffset? time) =>
        statement.Bind(parameter, time?.ToUnixTimeMilliseconds());

    private static CatalogPin Pin(SqliteStatement row, Cid cid, int mode) => new()
    {
        Cid = cid,
        Mode = (CatalogPinMode)row.Int64(mode),
        Name = row.Text(mode + 1),
        PinnedAt = Time(row.Int64(mode + 2)),
    };

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
