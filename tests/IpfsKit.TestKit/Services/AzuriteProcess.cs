using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using IpfsKit.Interop.Tests.Peers;

namespace IpfsKit.TestKit.Services;

/// <summary>Azurite, the emulator of Azure Storage, in a process of its own: on free ports of 127.0.0.1, with everything in memory. It ends with this process, however that ends.</summary>
public sealed partial class AzuriteProcess : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";

    // Azurite's own account, which its documentation publishes: no secret.
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const int KeptLines = 40;

    private static readonly string[] Arguments =
    [
        "azurite.mjs", "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence",
        "--blobHost", "127.0.0.1", "--blobPort", "0", "--queueHost", "127.0.0.1", "--queuePort", "0", "--tableHost", "127.0.0.1", "--tablePort", "0",
    ];

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TemporaryDirectory _directory;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Uri> _addresses = [];

    private AzuriteProcess(Process process, TemporaryDirectory directory)
    {
        _process = process;
        _directory = directory;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"Azurite has ended. It printed:\n{string.Join('\n', _output)}"));
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Why it cannot run here, as a sentence; null if it can.</summary>
    public static string? Missing => NodeRuntime.Missing is { } missing ? missing
        : !File.Exists(Path.Combine(NodeRuntime.Folder, "node_modules", "azurite", "package.json"))
            ? "The npm package azurite of tests/peers is not installed: run ./test.sh with npm on the PATH, or 'npm ci' in tests/peers."
            : null;

    /// <summary>What clients of its blobs and tables are made with.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Starts it and waits until it answers; skips the test where it cannot run.</summary>
    public static async Task<AzuriteProcess> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var directory = new TemporaryDirectory();
        var start = new ProcessStartInfo(NodeRuntime.Program, [.. NodeRuntime.Arguments, .. Arguments])
        {
            WorkingDirectory = NodeRuntime.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Where it leaves what it cannot be told not to write.
        start.Environment["TMPDIR"] = directory.Path;
        var azurite = new AzuriteProcess(Process.Start(start)!, directory);
        try
        {
            await azurite._ready.Task.WaitAsync(StartTimeout, cancellationToken);
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops answering, with connections left open, as a storage that hangs.</summary>
    public Task PauseAsync() => SignalAsync("-STOP");

    /// <summary>Goes on after <see cref="PauseAsync"/>.</summary>
    public Task ResumeAsync() => SignalAsync("-CONT");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }

    private Task<string> SignalAsync(string signal) =>
        CommandLine.RunAsync("kill", _directory.Path, TestContext.Current.CancellationToken, signal, $"{_process.Id}");

    private void Read(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (_output.Count > KeptLines)
            _output.TryDequeue(out _);
        if (Listening().Match(line) is not { Success: true } match)
            return;
        lock (_addresses)
        {
            _addresses[match.Groups["service"].Value] = new Uri(match.Groups["address"].Value);
            if (!_addresses.TryGetValue("Blob", out var blob) || !_addresses.TryGetValue("Table", out var table))
                return;
            ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={blob}{Account};TableEndpoint={table}{Account};";
        }

        _ready.TrySetResult();
    }

    [GeneratedRegex("^Azurite (?<service>Blob|Queue|Table) service is successfully listening at (?<address>http://[^ ]+)$")]
    private static partial Regex Listening();
}
