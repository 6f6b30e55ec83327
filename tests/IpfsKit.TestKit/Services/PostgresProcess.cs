using Npgsql;

namespace IpfsKit.TestKit.Services;

/// <summary>A PostgreSQL server on a free port of 127.0.0.1, in a directory of its own. Tests that share it make databases of their own.</summary>
public sealed class PostgresProcess : IAsyncDisposable
{
    private const string Ready = "database system is ready to accept connections";

    private static readonly string? Server = ServicePrograms.Find("postgres", "usr/lib/postgresql/*/bin");
    private static readonly string? InitDb = ServicePrograms.Find("initdb", "usr/lib/postgresql/*/bin");

    private readonly TemporaryDirectory _directory = new();
    private ServiceProcess? _process;
    private int _databases;

    private PostgresProcess(int port) => Port = port;

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Starts one; skips the test with a sentence where there is no PostgreSQL.</summary>
    public static async Task<PostgresProcess> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipWhen(Server is null || InitDb is null, "There is no PostgreSQL: ./test.sh installs it on Debian, or install the package postgresql.");
        var postgres = new PostgresProcess(ServiceProcess.FreePort());
        try
        {
            await postgres.InitializeAsync(cancellationToken);
            await postgres.RestartAsync(cancellationToken);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return ConnectionString(name);
    }

    /// <summary>Starts it again, on the same port and data; before that it is killed if it runs.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await KillAsync();
        // It syncs nothing: tests end this process, never the machine.
        string[] command =
        [
            .. AsSomebody, Server!, "-D", Data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=200",
            "-c", "shared_buffers=32MB", "-c", "jit=off",
        ];
        _process = await ServiceProcess.StartAsync(
            "PostgreSQL", _directory.Path, command, static process => Task.FromResult(process.Output.Contains(Ready, StringComparison.Ordinal)), cancellationToken);
    }

    /// <summary>Ends it with SIGKILL; its data stay.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        await process.KillAsync();
        await process.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _directory.Dispose();
    }

    // PostgreSQL refuses to run as root; others may have to be helped to where root has unpacked it.
    private static string[] AsSomebody => !Environment.IsPrivilegedProcess
        ? []
        : ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", .. ServicePrograms.IsUnpacked(Server!) ? Helped : [], "--"];

    private static readonly string[] Helped = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"];

    private string Data => _directory.Combine("data");

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";

    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
            await ServiceProcess.RunAsync(_directory.Path, ["chown", "nobody:nogroup", _directory.Path], cancellationToken);
        await ServiceProcess.RunAsync(
            _directory.Path, [.. AsSomebody, InitDb!, "-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], cancellationToken);
    }
}
