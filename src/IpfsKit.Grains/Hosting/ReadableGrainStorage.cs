using IpfsKit.Grains.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace IpfsKit.Grains.Hosting;

/// <summary>Any grain storage, whose failures to read can be read by callers.</summary>
/// <remarks>
/// A grain whose state cannot be read does not come to life, so that no call filter sees it: its callers get what the storage threw. That may be of a type that clients have not, or that does not cross the wire at all, and
/// then they get an error about the error. Here it becomes Orleans' own exception, with a message that names the grain and the reason. Writes fail inside of calls, where <see cref="GrainFaultFilter"/> sees them.
/// </remarks>
internal sealed partial class ReadableGrainStorage(IGrainStorage inner, ILogger<ReadableGrainStorage> logger) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private const string InnerKey = GrainNames.ContentStorage + " (as it was registered)";

    /// <summary>Puts it around the storage <see cref="GrainNames.ContentStorage"/>.</summary>
    public static void Wrap(IServiceCollection services)
    {
        var registered = services.Last(service => service.ServiceType == typeof(IGrainStorage) && GrainNames.ContentStorage.Equals(service.ServiceKey));
        services.Remove(registered);
        // Under a key of its own, so that the container disposes it.
        services.AddKeyedSingleton<IGrainStorage>(InnerKey, (provider, _) =>
            registered.KeyedImplementationInstance as IGrainStorage
            ?? (IGrainStorage)(registered.KeyedImplementationFactory?.Invoke(provider, GrainNames.ContentStorage)
                ?? ActivatorUtilities.CreateInstance(provider, registered.KeyedImplementationType!)));
        services.AddKeyedSingleton<IGrainStorage>(GrainNames.ContentStorage, (provider, _) => new ReadableGrainStorage(
            provider.GetRequiredKeyedService<IGrainStorage>(InnerKey), provider.GetRequiredService<ILogger<ReadableGrainStorage>>()));
    }

    public void Participate(ISiloLifecycle observer) => (inner as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        try
        {
            await inner.ReadStateAsync(stateName, grainId, grainState, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(logger, exception, stateName, grainId);
            throw new OrleansException(Unreadable(exception) is { } state
                ? state.Of(grainId, stateName).Message
                : $"The state '{stateName}' of grain {grainId} cannot be read: {exception.GetType().Name}: {exception.Message}");
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.WriteStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        inner.WriteStateAsync(stateName, grainId, grainState, cancellationToken);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ClearStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        inner.ClearStateAsync(stateName, grainId, grainState, cancellationToken);

    /// <summary>What the serializer threw, wherever the storage has put it.</summary>
    private static GrainStateException? Unreadable(Exception? exception) => exception switch
    {
        null => null,
        GrainStateException state => state,
        _ => Unreadable(exception.InnerException),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The state '{State}' of grain {Grain} cannot be read.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string state, GrainId grain);
}
