using System.Diagnostics.Metrics;
using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>One file of grain states: one writer, a few readers.</summary>
internal sealed class GrainStateDatabase : IAsyncDisposable
{
    private readonly GrainStateLayout _layout;
    private readonly SqliteInstruments _instruments;
    private readonly SqliteWriter<GrainStateWriter> _writer;
    private readonly SqliteReaders<GrainStateReader> _readers;
    private volatile DeferredIndex<long> _index;

    /// <summary>Takes the file over; <see cref="OpenAsync"/> opens it.</summary>
    public GrainStateDatabase(SqliteGrainStorageOptions options, GrainStateLayout layout, IMeterFactory? meterFactory)
    {
        _layout = layout;
        _index = new DeferredIndex<long>(layout.IndexBatch);
        var file = new SqliteFile(options.DatabasePath, "grains", GrainStateSchema.Schema, options.BusyTimeout, new GrainStateFaults());
        Path = file.Path;
        _instruments = new SqliteInstruments(meterFactory, "IpfsKit.Persistence.Sqlite");
        _writer = new SqliteWriter<GrainStateWriter>(
            file,
            new SqliteQueue<GrainStateWriter>(file.Path, options.MaxQueued, options.MaxQueuedBytes, file.Faults),
            _instruments,
            () => new GrainStateWriter(SqliteSession.OpenWriter(file), layout, index => _index = index));
        _readers = new SqliteReaders<GrainStateReader>(
            file, options.ConcurrentReads, options.MaxQueued, () => new GrainStateReader(SqliteSession.OpenReader(file), layout));
        _instruments.ObserveQueue(file.Kind, () => _writer.QueueLength);
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>Opens the file, so that what is wrong with it shows now.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => _writer.OpenAsync(cancellationToken);

    /// <summary>A state, or null.</summary>
    public async Task<StoredState?> ReadAsync(GrainStateKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            var waiting = _index.Find(_layout.HashOf(key));
            var state = await _readers.Run(
                (Key: key, Waiting: waiting), static (reader, a) => reader.Read(a.Key, a.Waiting), cancellationToken).ConfigureAwait(false);
            // Not there: or cleared and written anew meanwhile, with another row.
            if (state is not null || _index.Find(_layout.HashOf(key)) == waiting)
                return state;
        }
    }

    /// <inheritdoc cref="GrainStateWriter.Write"/>
    public Task<WriteResult> WriteAsync(in GrainStateKey key, string? etag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        _writer.Run(new WriteWork(key, etag, payload), cancellationToken);

    /// <inheritdoc cref="GrainStateWriter.Clear"/>
    public Task<WriteResult> ClearAsync(in GrainStateKey key, string? etag, CancellationToken cancellationToken) =>
        _writer.Run(
            new SqliteCall<GrainStateWriter, (GrainStateKey Key, string? ETag), WriteResult>((key, etag), static (writer, a) => writer.Clear(a.Key, a.ETag)),
            cancellationToken);

    /// <summary>Completes what was called, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _readers.DisposeAsync().ConfigureAwait(false);
        // Last, because the last connection to be closed copies the log into the file.
        await _writer.DisposeAsync().ConfigureAwait(false);
        _instruments.Dispose();
    }

    private sealed class WriteWork(GrainStateKey key, string? etag, ReadOnlyMemory<byte> payload) : SqliteWork<GrainStateWriter, WriteResult>
    {
        public override int PayloadBytes => payload.Length + key.Length;

        protected override WriteResult Run(GrainStateWriter writer) => writer.Write(key, etag, payload.Span);
    }
}
