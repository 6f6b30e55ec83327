using System.Collections.Concurrent;

namespace IpfsKit.Storage.Sqlite;

/// <summary>The index entries of the newest rows, kept in memory until there are enough of them to be written together.</summary>
/// <remarks>
/// <para>Keys are hashes, so each new row would change a page of the index that no other row of its group does, and a commit costs what it changes in pages: more than half of its time. A batch, in
/// the order of the index, puts many entries into each page. Nothing is lost by it: rows have growing ids, the file says up to which id they are indexed, and opening it reads
/// the few rows beyond.</para>
/// <para><b>The rule</b>: a row whose id is above <em>indexed through</em> has its entry here, every other one in the table of the index.</para>
/// <para>The writer's thread changes it, and sees the changes of its group at once; they become visible to other threads with <see cref="Commit"/>. Others only <see cref="Find"/>: what they find may
/// be out of date by the time they look at the row, so a row that is not there, or not the one that was looked for, means: look into the table, then ask again here.</para>
/// </remarks>
/// <param name="limit">How many entries are written together.</param>
internal sealed class DeferredIndex<TKey>(int limit)
    where TKey : notnull
{
    /// <summary>How many entries wait in memory: about half a megabyte of it.</summary>
    public const int DefaultLimit = 8192;

    private const long Removed = 0;

    private readonly ConcurrentDictionary<TKey, long> _committed = new(concurrencyLevel: 1, capacity: limit);
    private readonly Dictionary<TKey, long> _group = [];
    private volatile int _count;
    private long _movesBegun;
    private long _movesPublished;
    private bool _written;

    /// <summary>The entries that wait, without those of the group under way.</summary>
    public int Count => _count;

    /// <summary>How many rows were ever given another id. Counted before the move can be seen in the file. For any thread.</summary>
    public long MovesBegun => Interlocked.Read(ref _movesBegun);

    /// <summary>Of those, how many <see cref="Find"/> knows of: who asks for this first and then finds nothing, while <see cref="MovesBegun"/> is larger, may have looked between the two. For any thread.</summary>
    public long MovesPublished => Interlocked.Read(ref _movesPublished);

    /// <summary>Whether there are enough entries to write. For the writer's thread.</summary>
    public bool IsDue => _count + _group.Count >= limit;

    /// <summary>The id of a row as of the last commit, or 0. For any thread.</summary>
    public long Find(TKey key) => _committed.GetValueOrDefault(key);

    /// <summary>The id of a row, or 0. For the writer's thread.</summary>
    public long FindInGroup(TKey key)
    {
        if (_group.TryGetValue(key, out var id))
            return id;
        return _written ? 0 : _committed.GetValueOrDefault(key);
    }

    /// <summary>A row is about to get another id. For the writer's thread.</summary>
    public void BeginMove() => Interlocked.Increment(ref _movesBegun);

    /// <summary>Adds or replaces an entry. For the writer's thread.</summary>
    public void Set(TKey key, long id) => _group[key] = id;

    /// <summary>Removes the entry of a row; false if it is not here, but in the table. For the writer's thread.</summary>
    public bool Remove(TKey key, long id)
    {
        if (FindInGroup(key) != id)
            return false;
        _group[key] = Removed;
        return true;
    }

    /// <summary>All entries, which the caller writes to the table within this transaction. For the writer's thread.</summary>
    public List<KeyValuePair<TKey, long>> TakeAll()
    {
        var all = new List<KeyValuePair<TKey, long>>(_count + _group.Count);
        if (!_written)
            all.AddRange(_committed.Where(entry => !_group.ContainsKey(entry.Key)));
        all.AddRange(_group.Where(entry => entry.Value != Removed));
        _group.Clear();
        _written = true;
        return all;
    }

    /// <summary>The group is durable.</summary>
    public void Commit()
    {
        // Only now, when every view of the file that begins has them in the table.
        if (_written)
            _committed.Clear();
        foreach (var (key, id) in _group)
        {
            if (id == Removed)
                _committed.TryRemove(key, out _);
            else
                _committed[key] = id;
        }

        if (_written || _group.Count > 0)
            _count = _committed.Count;
        Forget();
    }

    /// <summary>The group was undone.</summary>
    public void Forget()
    {
        _group.Clear();
        _written = false;
        Interlocked.Exchange(ref _movesPublished, _movesBegun);
    }
}
