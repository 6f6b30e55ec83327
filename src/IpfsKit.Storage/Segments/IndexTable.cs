using System.Runtime.InteropServices;

namespace IpfsKit.Storage.Segments;

/// <summary>One of the index's tables: open addressing, sorted by fingerprint. Not thread-safe: its index holds <see cref="Lock"/>.</summary>
/// <remarks>
/// The home of a key grows with the key, and entries that collide are kept in the order of their keys, so the whole array is
/// sorted with gaps: a miss ends at the first greater key, and at seven eighths full looks at about four entries. The array grows
/// by a quarter, and is native memory, so that an outgrown one is gone at once rather than at some collection:
/// the index never needs more than 16 B / (7/8) · 5/4 = 23 B per block and one table's copy.
/// </remarks>
internal sealed unsafe class IndexTable
{
    // Entries that are pushed past the last home; when they do not fit, the table grows.
    private const int Slack = 32;
    private const int FirstCapacity = 8;

    private IndexEntry* _entries;
    private int _capacity;

    /// <summary>Guards this table.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The native memory in use, in bytes.</summary>
    public long Bytes => _entries is null ? 0 : (long)(_capacity + Slack) * sizeof(IndexEntry);

    /// <summary>Position of the first entry with a key, or -1.</summary>
    public int Find(ulong key)
    {
        if (Count == 0)
            return -1;
        var position = Home(key, _capacity);
        while (position < _capacity + Slack && !_entries[position].IsEmpty)
        {
            var found = _entries[position].Key;
            if (found >= key)
                return found == key ? position : -1;
            position++;
        }

        return -1;
    }

    /// <summary>Position of the next entry with the same key, or -1.</summary>
    public int FindNext(int position)
    {
        var next = position + 1;
        return next < _capacity + Slack && !_entries[next].IsEmpty && _entries[next].Key == _entries[position].Key ? next : -1;
    }

    /// <summary>The entry at a position that <see cref="Find"/> gave; valid until the next insertion or removal.</summary>
    public ref IndexEntry At(int position) => ref _entries[position];

    /// <summary>Adds an entry, behind those with the same key.</summary>
    public void Insert(in IndexEntry entry)
    {
        if (Count + 1 > _capacity - _capacity / 8)
            Resize(Math.Max(FirstCapacity, _capacity + _capacity / 4 + 1));
        while (!TryInsert(entry))
            Resize(_capacity + _capacity / 4 + 1);
        Count++;
    }

    /// <summary>Removes the entry at a position.</summary>
    public void RemoveAt(int position)
    {
        // Entries that were pushed away from their homes move back by one.
        var end = _capacity + Slack;
        while (position + 1 < end && !_entries[position + 1].IsEmpty && Home(_entries[position + 1].Key, _capacity) <= position)
        {
            _entries[position] = _entries[position + 1];
            position++;
        }

        _entries[position] = default;
        Count--;
        if (Count == 0)
            Free();
        else if (_capacity > 4 * FirstCapacity && Count < _capacity / 4)
            Resize(Math.Max(FirstCapacity, Count + Count / 2));
    }

    /// <summary>Appends all entries, sorted by key.</summary>
    public void CopyTo(List<IndexEntry> destination)
    {
        for (var i = 0; i < _capacity + Slack && Count > 0; i++)
        {
            if (!_entries[i].IsEmpty)
                destination.Add(_entries[i]);
        }
    }

    /// <summary>Calls for every entry; the entry may be changed but for its key.</summary>
    public void ForEach(EntryAction action)
    {
        for (var i = 0; i < _capacity + Slack && Count > 0; i++)
        {
            if (!_entries[i].IsEmpty)
                action(ref _entries[i]);
        }
    }

    /// <summary>Makes room for a number of entries that will be inserted in order.</summary>
    public void Reserve(int count)
    {
        var capacity = count + count / 6 + 1;
        if (capacity > _capacity)
            Resize(Math.Max(FirstCapacity, capacity));
    }

    /// <summary>Gives the memory back; the table is empty afterwards.</summary>
    public void Free()
    {
        NativeMemory.Free(_entries);
        _entries = null;
        _capacity = 0;
        Count = 0;
    }

    private static int Home(ulong key, int capacity) => (int)Math.BigMul(key << IndexEntry.TableBits, (ulong)capacity, out _);

    private bool TryInsert(in IndexEntry entry)
    {
        var end = _capacity + Slack;
        var position = Home(entry.Key, _capacity);
        while (position < end && !_entries[position].IsEmpty && _entries[position].Key <= entry.Key)
            position++;
        var gap = position;
        while (gap < end && !_entries[gap].IsEmpty)
            gap++;
        if (gap == end)
            return false;
        for (; gap > position; gap--)
            _entries[gap] = _entries[gap - 1];
        _entries[position] = entry;
        return true;
    }

    private void Resize(int capacity)
    {
        var old = _entries;
        var oldEnd = _entries is null ? 0 : _capacity + Slack;
        while (true)
        {
            var entries = (IndexEntry*)NativeMemory.AllocZeroed((nuint)(capacity + Slack), (nuint)sizeof(IndexEntry));
            if (TryFill(old, oldEnd, entries, capacity))
            {
                _entries = entries;
                _capacity = capacity;
                NativeMemory.Free(old);
                return;
            }

            NativeMemory.Free(entries);
            capacity += capacity / 4 + 1;
        }
    }

    private static bool TryFill(IndexEntry* from, int fromEnd, IndexEntry* to, int capacity)
    {
        var next = 0;
        for (var i = 0; i < fromEnd; i++)
        {
            if (from[i].IsEmpty)
                continue;
            next = Math.Max(next, Home(from[i].Key, capacity));
            if (next >= capacity + Slack)
                return false;
            to[next++] = from[i];
        }

        return true;
    }

    /// <summary>What <see cref="ForEach"/> calls.</summary>
    public delegate void EntryAction(ref IndexEntry entry);
}
