using System.Diagnostics.Metrics;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>The open files of a silo. Storages that name the same file share one writer, and so its syncs.</summary>
internal sealed class GrainStateDatabases(IMeterFactory? meterFactory = null) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<string, (GrainStateDatabase Database, int Users)> _open = [];

    /// <summary>Opens a file, or joins those who have it open. Give it back with <see cref="CloseAsync"/>.</summary>
    public async Task<GrainStateDatabase> OpenAsync(SqliteGrainStorageOptions options, string serviceId, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(options.DatabasePath);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_open.TryGetValue(path, out var entry))
            {
                _open[path] = entry with { Users = entry.Users + 1 };
                return entry.Database;
            }

            var database = new GrainStateDatabase(options, new GrainStateLayout(serviceId), meterFactory);
            try
            {
                await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await database.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            _open.Add(path, (database, 1));
            return database;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Gives a file back; the last one closes it.</summary>
    public async Task CloseAsync(GrainStateDatabase database)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            var users = _open[database.Path].Users - 1;
            if (users > 0)
            {
                _open[database.Path] = (database, users);
                return;
            }

            _open.Remove(database.Path);
            await database.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();
}
