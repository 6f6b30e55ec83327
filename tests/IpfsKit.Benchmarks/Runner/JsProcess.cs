using System.Diagnostics;
using System.Text.Json.Nodes;
using IpfsKit.Interop.Tests.Peers;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>A peer of <c>tests/peers</c> in a process of its own, driven by lines of JSON.</summary>
internal sealed class JsProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private int _lastId;

    private JsProcess(Process process, string address) => (_process, Address) = (process, address);

    /// <summary>Why there can be none here, or null.</summary>
    public static string? Missing => NodeRuntime.Missing;

    /// <summary>Where it listens, with its peer id.</summary>
    public string Address { get; }

    /// <summary>Starts one and waits until it is ready.</summary>
    public static async Task<JsProcess> StartAsync(JsPeerOptions options, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(NodeRuntime.Program, [.. NodeRuntime.Arguments, .. options.ToArguments(), .. arguments])
        {
            WorkingDirectory = NodeRuntime.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var ready = await ReadAsync(process, line => (string?)line["event"] == "ready");
        return new JsProcess(process, (string)ready["addresses"]![0]!);
    }

    /// <summary>Runs a command and gives its answer.</summary>
    /// <exception cref="InvalidDataException">It failed.</exception>
    public async Task<JsonObject> RunAsync(string command, JsonObject? arguments = null)
    {
        var id = ++_lastId;
        var line = arguments ?? [];
        (line["id"], line["cmd"], line["timeoutMs"]) = (id, command, (int)Patience.TotalMilliseconds);
        await _process.StandardInput.WriteLineAsync(line.ToJsonString());
        var answer = await ReadAsync(_process, answer => (int?)answer["id"] == id);
        return (bool)answer["ok"]! ? answer : throw new InvalidDataException($"A js peer could not do '{command}': {answer.ToJsonString()}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task<JsonObject> ReadAsync(Process process, Predicate<JsonObject> isIt)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } text)
        {
            if (JsonNode.Parse(text)!.AsObject() is var line && isIt(line))
                return line;
        }

        throw new InvalidDataException("A js peer ended early; what it said is above.");
    }
}
