using IpfsKit.Persistence.Sqlite;
using IpfsKit.Storage;
using IpfsKit.Storage.Files;

namespace IpfsKit.Grains.Hosting;

/// <summary>From what storage and Orleans throw inside a silo to the exceptions that callers have: those of other assemblies arrive without their type.</summary>
internal static class GrainFaults
{
    /// <summary>The exception for the caller, or null if this one is for the caller as it is.</summary>
    public static IpfsKitException? ToTyped(Exception exception) => exception switch
    {
        _ when IsDiskFull(exception) => new InsufficientStorageException($"The disk of the cluster's state is full: {exception.Message}"),
        // Orleans wraps whatever a storage provider throws in its own base exception.
        OrleansException or StorageException or TimeoutException => new StateUnavailableException(exception.Message),
        _ => null,
    };

    private static bool IsDiskFull(Exception? exception) => exception switch
    {
        null => false,
        SqliteGrainStorageException { IsDiskFull: true } or DiskFullException => true,
        OrleansException or StorageException => IsDiskFull(exception.InnerException),
        _ => false,
    };
}
