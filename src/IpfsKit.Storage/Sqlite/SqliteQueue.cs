namespace IpfsKit.Storage.Sqlite;

/// <summary>Works in the order in which they came, up to a limit.</summary>
/// <remarks>
/// A call that adds a work and waits for it holds its caller back for as long as the disk needs: that is the back-pressure. The limit is for callers
/// who do not wait, or of whom there are too many; past it a work is refused at once, with an exception that names the limit.
/// </remarks>
internal sealed class SqliteQueue<TContext>(string path, int maxWorks, long maxBytes, SqliteFaults faults)
{
    private readonly object _lock = new();
    private readonly Queue<SqliteWork<TContext>> _works = new();
    private long _bytes;
    private bool _closed;

    /// <summary>The works that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _works.Count;
        }
    }

    /// <summary>Adds a work; its place is fixed when this returns.</summary>
    public void Add(SqliteWork<TContext> work)
    {
        var bytes = BytesOf(work);
        lock (_lock)
        {
            if (_closed)
                throw faults.Closed(path);
            if (_works.Count >= maxWorks)
                throw faults.QueueFull(path, "works", maxWorks);
            if (_works.Count > 0 && _bytes + bytes > maxBytes)
                throw faults.QueueFull(path, "bytes", maxBytes);
            _works.Enqueue(work);
            _bytes += bytes;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Waits for works and takes the first of them, those that were cancelled left out. Blocks the calling thread.</summary>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool Take(List<SqliteWork<TContext>> group, int limit, long limitBytes)
    {
        lock (_lock)
        {
            while (group.Count == 0)
            {
                while (_works.Count == 0)
                {
                    if (_closed)
                        return false;
                    Monitor.Wait(_lock);
                }

                for (long taken = 0; group.Count < limit && taken < limitBytes && _works.TryDequeue(out var work);)
                {
                    taken += BytesOf(work);
                    _bytes -= BytesOf(work);
                    if (work.TryStart())
                        group.Add(work);
                }
            }

            return true;
        }
    }

    /// <summary>Refuses further works; what waits is still taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }

    private static long BytesOf(SqliteWork<TContext> work) => SqliteWork<TContext>.OverheadBytes + work.PayloadBytes;
}
