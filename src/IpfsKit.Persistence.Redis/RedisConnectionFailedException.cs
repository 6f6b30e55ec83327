namespace IpfsKit.Persistence.Redis;

/// <summary>The Redis that a connection string names cannot be used.</summary>
public sealed class RedisConnectionFailedException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="connectionName">The name of the connection string.</param>
    /// <param name="innerException">What happened.</param>
    public RedisConnectionFailedException(string connectionName, Exception innerException)
        : base($"The Redis of ConnectionStrings:{connectionName} cannot be used: {innerException?.Message}", innerException) => ConnectionName = connectionName;

    /// <summary>The name of the connection string.</summary>
    public string ConnectionName { get; }
}
