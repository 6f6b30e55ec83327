namespace IpfsKit.Storage.Segments;

/// <summary>Where every block is, in memory: 4096 small tables that lock and grow on their own.</summary>
/// <remarks>
/// Holds 8-byte fingerprints instead of keys, so what it finds are candidates: whoever needs certainty compares the key in the record.
/// Several entries may have one fingerprint. An entry is identified by its fingerprint and location; its stamp changes under the
/// table's lock. Entries with the stamp <see cref="EpochClock.Doomed"/> are being deleted and are not found.
/// </remarks>
internal sealed class StoreIndex : IDisposable
{
    public const int TableCount = 1 << IndexEntry.TableBits;

    private readonly IndexTable[] _tables = new IndexTable[TableCount];
    private long _count;

    public StoreIndex()
    {
        for (var i = 0; i < _tables.Length; i++)
            _tables[i] = new IndexTable();
    }

    ~StoreIndex() => Free();

    /// <summary>The number of blocks.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The memory of the tables in bytes, their objects estimated at 96 bytes each.</summary>
    public long MemoryBytes => _tables.Sum(table => table.Bytes + 96);

    /// <summary>Fills <paramref name="candidates"/> with the locations of a fingerprint; returns how many there are, at most its length.</summary>
    public int Find(ulong fingerprint, Span<RecordLocation> candidates)
    {
        var table = Table(fingerprint);
        var count = 0;
        lock (table.Lock)
        {
            for (var i = table.Find(IndexEntry.KeyOf(fingerprint)); i >= 0 && count < candidates.Length; i = table.FindNext(i))
            {
                if (table.At(i).Stamp != EpochClock.Doomed)
                    candidates[count++] = table.At(i).Location;
            }
        }

        return count;
    }

    /// <summary>Whether a fingerprint has an entry.</summary>
    public bool Contains(ulong fingerprint)
    {
        Span<RecordLocation> one = stackalloc RecordLocation[1];
        return Find(fingerprint, one) > 0;
    }

    /// <summary>Whether an entry is there and not doomed.</summary>
    public bool Contains(ulong fingerprint, in RecordLocation location) =>
        Change(fingerprint, location, (ref IndexEntry entry) => entry.Stamp != EpochClock.Doomed);

    /// <summary>Adds an entry.</summary>
    public void Insert(ulong fingerprint, in RecordLocation location, byte stamp)
    {
        var table = Table(fingerprint);
        lock (table.Lock)
            table.Insert(new IndexEntry(fingerprint, location, stamp));
        Interlocked.Increment(ref _count);
    }

    /// <summary>Removes an entry, doomed or not; false if it is not there.</summary>
    public bool Remove(ulong fingerprint, in RecordLocation location)
    {
        var table = Table(fingerprint);
        lock (table.Lock)
        {
            var position = Position(table, fingerprint, location);
            if (position < 0)
                return false;
            table.RemoveAt(position);
        }

        Interlocked.Decrement(ref _count);
        return true;
    }

    /// <summary>Points an entry somewhere else and keeps its stamp; false if it is not there.</summary>
    public bool Replace(ulong fingerprint, in RecordLocation from, RecordLocation to) =>
        Change(fingerprint, from, (ref IndexEntry entry) =>
        {
            entry = new IndexEntry(fingerprint, to, entry.Stamp);
            return true;
        });

    /// <summary>Runs a change of one entry under its table's lock; false if the entry is not there.</summary>
    public bool Change(ulong fingerprint, in RecordLocation location, EntryChange change)
    {
        var table = Table(fingerprint);
        lock (table.Lock)
        {
            var position = Position(table, fingerprint, location);
            return position >= 0 && change(ref table.At(position));
        }
    }

    /// <summary>Appends a copy of the entries of one table, sorted by key, doomed ones too.</summary>
    public void CopyTable(int number, List<IndexEntry> destination)
    {
        var table = _tables[number];
        lock (table.Lock)
            table.CopyTo(destination);
    }

    /// <summary>Calls for every entry, one table at a time under its lock.</summary>
    public void ForEach(IndexTable.EntryAction action)
    {
        foreach (var table in _tables)
        {
            lock (table.Lock)
                table.ForEach(action);
        }
    }

    /// <summary>Adds entries of one table that are sorted by key, from a checkpoint.</summary>
    public void Load(int number, ReadOnlySpan<IndexEntry> entries)
    {
        var table = _tables[number];
        lock (table.Lock)
        {
            table.Reserve(table.Count + entries.Length);
            foreach (ref readonly var entry in entries)
                table.Insert(entry);
        }

        Interlocked.Add(ref _count, entries.Length);
    }

    /// <summary>The fingerprint of an entry of a table.</summary>
    public static ulong FingerprintOf(int table, in IndexEntry entry) => ((ulong)table << (64 - IndexEntry.TableBits)) | entry.Key;

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static int Position(IndexTable table, ulong fingerprint, in RecordLocation location)
    {
        var position = table.Find(IndexEntry.KeyOf(fingerprint));
        while (position >= 0 && table.At(position).Location != location)
            position = table.FindNext(position);
        return position;
    }

    private IndexTable Table(ulong fingerprint) => _tables[IndexEntry.TableOf(fingerprint)];

    private void Free()
    {
        foreach (var table in _tables)
        {
            lock (table.Lock)
                table.Free();
        }
    }

    /// <summary>A change of an entry; the result is that of <see cref="Change"/>.</summary>
    public delegate bool EntryChange(ref IndexEntry entry);
}
