using IpfsKit.Grains;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;

namespace IpfsKit.Client.Locating;

/// <summary>Turns what Orleans throws instead of a grain's answer into exceptions of ours.</summary>
internal static class ClusterCalls
{
    public static async ValueTask<T> InvokeAsync<T>(Func<ValueTask<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (ToTyped(exception) is not null)
        {
            throw ToTyped(exception)!;
        }
    }

    public static async ValueTask InvokeAsync(Func<ValueTask> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (ToTyped(exception) is not null)
        {
            throw ToTyped(exception)!;
        }
    }

    /// <summary>The exception for callers, or null if this one is for them as it is.</summary>
    private static IpfsKitException? ToTyped(Exception exception) => exception switch
    {
        SiloUnavailableException or OrleansMessageRejectionException or GatewayTooBusyException or TimeoutException
            or ClientNotAvailableException or ConnectionFailedException => new ClusterUnavailableException(exception),
        // A grain whose state cannot be read does not come to life, and what its storage threw arrives as it is: if its type is not known here, as a stand-in.
        OrleansException or UnavailableExceptionFallbackException => new StateUnavailableException(exception.Message),
        _ => null,
    };
}
