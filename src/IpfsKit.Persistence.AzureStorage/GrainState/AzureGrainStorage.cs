using System.Globalization;
using Azure;
using Microsoft.Extensions.Logging;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.GrainState;

/// <summary>Grain storage over a place in Azure Storage: the contract of Orleans, and what its callers see when something is in the way.</summary>
/// <remarks>
/// A state object is changed only after its call has succeeded, so that what failed can be tried again. Exceptions cross silos: one that carries another that Orleans cannot write would arrive as neither. So causes are told in words, and
/// logged, and only those of Orleans' own kind are carried.
/// </remarks>
internal sealed partial class AzureGrainStorage<TPlace>(
    string name, IStateStore<TPlace> store, IGrainStorageSerializer serializer, int initStage, IActivatorProvider activators, ILogger<AzureGrainStorage<TPlace>> logger)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private const string Unknown = "(unknown)";

    private readonly string _description = $"the Azure grain storage '{name}' ({store.Description})";

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(OptionFormattingUtilities.Name<AzureGrainStorage<TPlace>>(name), initStage, OpenAsync);

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var of = new StateOf(stateName, grainId, typeof(T).Name);
        var stored = await CallAsync("read", of, grainState.ETag, place => store.ReadAsync(place, cancellationToken)).ConfigureAwait(false);
        var state = stored is { Payload.IsEmpty: false } ? Deserialize<T>(of, stored.Payload) : default;
        grainState.RecordExists = state is not null;
        grainState.State = state ?? Create<T>();
        grainState.ETag = stored?.ETag;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        // Serialized before anything is awaited: the bytes are the state as the caller sees it now.
        var payload = serializer.Serialize(grainState.State);
        var of = new StateOf(stateName, grainId, typeof(T).Name);
        grainState.ETag = await CallAsync("write", of, grainState.ETag, place => store.WriteAsync(place, grainState.ETag, payload, cancellationToken)).ConfigureAwait(false);
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var of = new StateOf(stateName, grainId, typeof(T).Name);
        grainState.ETag = await CallAsync("clear", of, grainState.ETag, place => store.ClearAsync(place, grainState.ETag, cancellationToken)).ConfigureAwait(false);
        grainState.RecordExists = false;
        grainState.State = Create<T>();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (ServiceFault.Of(e) is { } fault)
        {
            throw new AzureGrainStorageException($"Could not open {_description}: {fault.Reason}", null, null, fault.Status, e);
        }

        LogOpened(logger, name, store.Description);
    }

    private async Task<TResult> CallAsync<TResult>(string doing, StateOf of, string? etag, Func<TPlace, Task<TResult>> call)
    {
        var place = PlaceOf(doing, of);
        try
        {
            return await call(place).ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (doing != "read" && store.IsConflict(e))
        {
            LogConflict(logger, doing, of, name, e.Status, e.ErrorCode);
            throw new InconsistentStateException($"Could not {doing} {of.Lower} in {_description}: it was changed meanwhile.", Unknown, etag ?? "(none)");
        }
        catch (StateSizeException e)
        {
            throw new AzureGrainStateTooLargeException(
                string.Create(CultureInfo.InvariantCulture, $"Could not {doing} {of.Lower} in {_description}: it has {e.Size} {e.Unit}, and may have {e.MaxSize}. Nothing was changed."),
                of.Grain, of.Name, e.Size, e.MaxSize);
        }
        catch (FormatException e) when (doing == "read")
        {
            throw Unreadable(of, e);
        }
        catch (FormatException e)
        {
            throw Impossible(doing, of, e);
        }
        catch (Exception e) when (ServiceFault.Of(e) is { } fault)
        {
            LogFailed(logger, e, doing, of, name);
            throw new AzureGrainStorageException($"Could not {doing} {of.Lower} in {_description}: {fault.Reason}", of.Grain, of.Name, fault.Status);
        }
    }

    private TPlace PlaceOf(string doing, in StateOf of)
    {
        try
        {
            return store.PlaceOf(of.Name, of.Grain);
        }
        catch (FormatException e)
        {
            throw Impossible(doing, of, e);
        }
    }

    private AzureGrainStorageException Impossible(string doing, in StateOf of, FormatException cause) =>
        new($"Could not {doing} {of.Lower} in {_description}: it {cause.Message}.", of.Grain, of.Name);

    private T? Deserialize<T>(in StateOf of, BinaryData payload)
    {
        try
        {
            return serializer.Deserialize<T>(payload);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a serializer throws at bytes: its kinds of exceptions are its own.
            throw Unreadable(of, e);
        }
    }

    private AzureGrainStateUnreadableException Unreadable(in StateOf of, Exception cause)
    {
        LogUnreadable(logger, cause, of, name);
        return new AzureGrainStateUnreadableException(
            $"{of} in {_description} cannot be read as {of.Type}: {cause.Message} Nothing was changed.", of.Grain, of.Name, of.Type, cause as OrleansException);
    }

    private T Create<T>() => activators.GetActivator<T>().Create();

    [LoggerMessage(Level = LogLevel.Information, Message = "The Azure grain storage {Name} is open: {Description}.")]
    private static partial void LogOpened(ILogger logger, string name, string description);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Of} in the Azure grain storage {Name} cannot be read, and is left as it is.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, StateOf of, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not {Doing} {Of} in the Azure grain storage {Name}.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string doing, StateOf of, string name);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Could not {Doing} {Of} in the Azure grain storage {Name}, which was changed meanwhile: {Status} {ErrorCode}.")]
    private static partial void LogConflict(ILogger logger, string doing, StateOf of, string name, int status, string? errorCode);

    /// <summary>Whose state a call is about.</summary>
    private readonly record struct StateOf(string Name, GrainId Grain, string Type)
    {
        public string Lower => $"the state '{Name}' of grain {Grain}";

        public override string ToString() => $"The state '{Name}' of grain {Grain}";
    }
}
