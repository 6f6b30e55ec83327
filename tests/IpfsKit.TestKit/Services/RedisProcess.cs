using System.Net.Sockets;

namespace IpfsKit.TestKit.Services;

/// <summary>A Redis server on a free port of 127.0.0.1, in a directory of its own. Tests that share it use service ids of their own.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private static readonly string? Program = ServicePrograms.Find("redis-server", "usr/bin");

    private readonly TemporaryDirectory _directory = new();
    private ServiceProcess? _process;

    private RedisProcess(int port) => Port = port;

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>What clients are given.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Starts one, which keeps what it acknowledges; skips the test with a sentence where there is no Redis.</summary>
    public static async Task<RedisProcess> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipWhen(Program is null, "There is no redis-server: ./test.sh installs it on Debian, or install the package redis-server.");
        var redis = new RedisProcess(ServiceProcess.FreePort());
        try
        {
            await redis.RestartAsync(cancellationToken);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again, on the same port and data; before that it is killed if it runs.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await KillAsync();
        // Written, not synced: tests end this process, never the machine.
        string[] command =
        [
            Program!, "--bind", "127.0.0.1", "--port", $"{Port}", "--dir", _directory.Path, "--save", "", "--appendonly", "yes", "--appendfsync", "no", "--daemonize", "no",
        ];
        _process = await ServiceProcess.StartAsync("Redis", _directory.Path, command, _ => AnswersAsync(cancellationToken), cancellationToken);
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

    /// <summary>Stops it where it stands: connections stay open, and nothing is answered.</summary>
    public Task PauseAsync(CancellationToken cancellationToken) => Running.SignalAsync("STOP", cancellationToken);

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync(CancellationToken cancellationToken) => Running.SignalAsync("CONT", cancellationToken);

    private ServiceProcess Running => _process ?? throw new InvalidOperationException("Redis does not run.");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            var answer = new byte[5];
            await stream.ReadExactlyAsync(answer, cancellationToken);
            return answer.AsSpan().SequenceEqual("+PONG"u8);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
