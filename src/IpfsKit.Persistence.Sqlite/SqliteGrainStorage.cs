using System.Globalization;
using IpfsKit.Grains.Serialization;
using IpfsKit.Persistence.Sqlite.Database;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace IpfsKit.Persistence.Sqlite;

/// <summary>Grain storage in a SQLite file of this process.</summary>
/// <remarks>
/// <para>A write or a clear completes when it survives loss of power. Those that wait together share a sync. A cancelled token takes a call out of the queue; once its transaction has begun it runs to its end.</para>
/// <para>A state is found by the cluster's service id, its name and its grain's id, as with the other storages of Orleans; not by the storage's name. An ETag names one write of one row and is never
/// used again, so that a state that was cleared and written anew does not pass for the old one.</para>
/// </remarks>
public sealed partial class SqliteGrainStorage : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly string _name;
    private readonly SqliteGrainStorageOptions _options;
    private readonly string _serviceId;
    private readonly IActivatorProvider _activators;
    private readonly GrainStateDatabases _databases;
    private readonly ILogger<SqliteGrainStorage> _logger;
    private GrainStateDatabase? _database;

    internal SqliteGrainStorage(
        string name,
        SqliteGrainStorageOptions options,
        ClusterOptions cluster,
        IActivatorProvider activators,
        GrainStateDatabases databases,
        ILogger<SqliteGrainStorage> logger)
    {
        _name = name;
        _options = options;
        _serviceId = cluster.ServiceId;
        _activators = activators;
        _databases = databases;
        _logger = logger;
    }

    private GrainStateDatabase Database => _database
        ?? throw new SqliteGrainStorageException($"The SQLite grain storage '{_name}' is not open: the silo opens it at stage {_options.InitStage} of its start.", _options.DatabasePath);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(OptionFormattingUtilities.Name<SqliteGrainStorage>(_name), _options.InitStage, OpenAsync, CloseAsync);

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (await Database.ReadAsync(new GrainStateKey(stateName, grainId), cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            SetAbsent(grainState);
            return;
        }

        grainState.State = Deserialize<T>(stateName, grainId, stored.Payload);
        grainState.ETag = stored.ETag.ToString();
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        // Serialized before anything is awaited: the bytes are the state as the caller sees it now.
        var payload = _options.GrainStorageSerializer.Serialize(grainState.State).ToMemory();
        if (payload.Length > _options.MaxStateBytes)
            throw new SqliteGrainStorageException(string.Create(CultureInfo.InvariantCulture,
                $"The state '{stateName}' of grain {grainId} has {payload.Length} bytes; the SQLite grain storage '{_name}' takes {_options.MaxStateBytes}."), _options.DatabasePath);

        var result = await Database.WriteAsync(new GrainStateKey(stateName, grainId), grainState.ETag, payload, cancellationToken).ConfigureAwait(false);
        if (result.IsConflict)
            throw Conflict("write", stateName, grainId, grainState.ETag, result.Stored);
        grainState.ETag = result.Stored.ToString();
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var result = await Database.ClearAsync(new GrainStateKey(stateName, grainId), grainState.ETag, cancellationToken).ConfigureAwait(false);
        if (result.IsConflict)
            throw Conflict("clear", stateName, grainId, grainState.ETag, result.Stored);
        SetAbsent(grainState);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        _database = await _databases.OpenAsync(_options, _serviceId, cancellationToken).ConfigureAwait(false);
        LogOpened(_logger, _name, _options.DatabasePath);
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _database, null) is { } database)
            await _databases.CloseAsync(database).ConfigureAwait(false);
    }

    private T Deserialize<T>(string stateName, GrainId grainId, byte[] payload)
    {
        try
        {
            return _options.GrainStorageSerializer.Deserialize<T>(BinaryData.FromBytes(payload)) ?? Create<T>();
        }
        catch (GrainStateException e)
        {
            // The serializer does not know whose bytes they are.
            throw e.Of(grainId, stateName);
        }
    }

    private void SetAbsent<T>(IGrainState<T> grainState)
    {
        grainState.State = Create<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private T Create<T>() => _activators.GetActivator<T>().Create();

    private InconsistentStateException Conflict(string doing, string stateName, GrainId grainId, string? current, StateETag stored) =>
        new(
            $"Could not {doing} the state '{stateName}' of grain {grainId} in the SQLite grain storage '{_name}': it was changed meanwhile.",
            stored.IsNone ? "(none)" : stored.ToString(),
            current ?? "(none)");

    [LoggerMessage(Level = LogLevel.Information, Message = "The SQLite grain storage {Name} is open: {Path}.")]
    private static partial void LogOpened(ILogger logger, string name, string path);
}
