
namespace IpfsKit.Client.Locating;

/// <summary>Turns what Orleans throws when a cluster cannot be reached into one exception of ours.</summary>
internal static class ClusterCalls
{
    public static async ValueTask<T> InvokeAsync<T>(Func<ValueTask<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsUnreachable(exception))
        {
            throw new ClusterUnavailableException(exception);
        }
    }

    public static async ValueTask InvokeAsync(Func<ValueTask> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsUnreachable(exception))
        {
            throw new ClusterUnavailableException(exception);
        }
    }

    /// <summary>Whether a call failed because of the way to the grain and not because of what the grain says.</summary>
    public static bool IsUnreachable(Exception exception) => exception is
        SiloUnavailableException or OrleansMessageRejectionException or GatewayTooBusyException or TimeoutException
        or ClientNotAvailableException or Orleans.Runtime.Messaging.ConnectionFailedException;
}
