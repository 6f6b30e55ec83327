using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Peers;

/// <summary>Loads a peer store from its file, and writes it some time after it changed and once at the end.</summary>
internal sealed partial class PeerStoreSaver : IAsyncDisposable
{
    private readonly PeerStore _store;
    private readonly PeerStoreOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Task _loop;
    private int _isDirty;

    private PeerStoreSaver(PeerStore store, PeerStoreOptions options, TimeProvider timeProvider, ILogger logger)
    {
        (_store, _options, _timeProvider, _logger) = (store, options, timeProvider, logger);
        store.Changed += OnChanged;
        _loop = RunAsync();
    }

    /// <summary>How often the file was written; for tests.</summary>
    public int Saves { get; private set; }

    /// <summary>Loads the file and begins to keep it.</summary>
    /// <exception cref="IOException">The file is there and cannot be read.</exception>
    public static PeerStoreSaver Start(PeerStore store, PeerStoreOptions options, TimeProvider timeProvider, ILogger logger)
    {
        if (!PeerStoreFile.TryLoad(options.Path!, store, timeProvider.GetUtcNow()))
            LogDamaged(logger, options.Path!);
        return new PeerStoreSaver(store, options, timeProvider, logger);
    }

    /// <summary>Writes what has not been written.</summary>
    public async ValueTask DisposeAsync()
    {
        _store.Changed -= OnChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        SaveIfDirty();
        _stopping.Dispose();
        _changed.Dispose();
    }

    private void OnChanged()
    {
        if (Interlocked.Exchange(ref _isDirty, 1) == 0)
            _changed.Release();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(_stopping.Token).ConfigureAwait(false);
                await Task.Delay(_options.SaveDelay, _timeProvider, _stopping.Token).ConfigureAwait(false);
                SaveIfDirty();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The last save is made by who stops.
        }
    }

    private void SaveIfDirty()
    {
        if (Interlocked.Exchange(ref _isDirty, 0) == 0)
            return;
        try
        {
            PeerStoreFile.Save(_options.Path!, _store);
            Saves++;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Peers can be found again; the next change tries again.
            LogSaveFailed(_logger, _options.Path!, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The peer store's file {Path} is damaged. It was put aside as .damaged, and peers are learnt anew.")]
    private static partial void LogDamaged(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The peer store's file {Path} could not be written.")]
    private static partial void LogSaveFailed(ILogger logger, string path, Exception exception);
}
