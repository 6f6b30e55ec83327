namespace IpfsKit.Persistence.PostgreSql;

/// <summary>The schema of a database is not there and could not be made; the message names the database and says what to do.</summary>
public sealed class PostgreSqlSchemaException : Exception
{
    /// <summary>Makes one.</summary>
    public PostgreSqlSchemaException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
