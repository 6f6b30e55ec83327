using IpfsKit.Multiformats;
using Npgsql;

namespace IpfsKit.Cluster.Tests.Stores;

internal sealed class PostgresStates(string connectionString) : IStoredStates
{
    public async Task<byte[]> ReplaceAsync(Cid root, byte[] state, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var read = new NpgsqlCommand("SELECT PayloadBinary FROM OrleansStorage WHERE GrainTypeString = 'content' AND GrainIdExtensionString = @root", connection);
        read.Parameters.AddWithValue("root", root.ToV1().ToString());
        var old = (byte[]?)await read.ExecuteScalarAsync(cancellationToken);
        Assert.NotNull(old);
        await using var write = new NpgsqlCommand("UPDATE OrleansStorage SET PayloadBinary = @state WHERE GrainTypeString = 'content' AND GrainIdExtensionString = @root", connection);
        write.Parameters.AddWithValue("root", root.ToV1().ToString());
        write.Parameters.AddWithValue("state", state);
        await write.ExecuteNonQueryAsync(cancellationToken);
        return old;
    }
}
