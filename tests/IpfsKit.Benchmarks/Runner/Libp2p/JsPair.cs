using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using IpfsKit.Interop.Tests.Peers;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>Two js-libp2p peers of <c>tests/peers</c>, each in a process of its own, and a connection over TCP, Noise and yamux between them.</summary>
internal sealed class JsPair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _listener;
    private readonly Process _dialer;
    private string _address = "";
    private int _lastId;

    private JsPair(Process listener, Process dialer) => (_listener, _dialer) = (listener, dialer);

    /// <summary>Why there can be none here, or null.</summary>
    public static string? Missing => NodeRuntime.Missing;

    public static async Task<JsPair> StartAsync()
    {
        var pair = new JsPair(Start(), Start());
        var ready = await ReadAsync(pair._listener, line => (string?)line["event"] == "ready");
        await ReadAsync(pair._dialer, line => (string?)line["event"] == "ready");
        pair._address = (string)ready["addresses"]![0]!;
        return pair;
    }

    /// <summary>Uploads that many bytes through a new stream; GiB/s, as the uploading peer measures it.</summary>
    public async Task<double> MeasureAsync(long bytes)
    {
        var id = ++_lastId;
        var line = new JsonObject { ["id"] = id, ["cmd"] = "perf", ["peer"] = _address, ["upload"] = bytes, ["timeoutMs"] = (int)Patience.TotalMilliseconds };
        await _dialer.StandardInput.WriteLineAsync(line.ToJsonString());
        var answer = await ReadAsync(_dialer, answer => (int?)answer["id"] == id);
        if (!(bool)answer["ok"]!)
            throw new InvalidDataException($"js-libp2p did not upload: {answer.ToJsonString()}");
        return bytes / (double)(1 << 30) / (double)answer["seconds"]!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in (Process[])[_dialer, _listener])
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }

    private static Process Start() =>
        Process.Start(new ProcessStartInfo(NodeRuntime.Program, [.. NodeRuntime.Arguments, .. new JsPeerOptions().ToArguments()])
        {
            WorkingDirectory = NodeRuntime.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

    private static async Task<JsonObject> ReadAsync(Process process, Predicate<JsonObject> isIt)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } text)
        {
            if (JsonNode.Parse(text)!.AsObject() is var line && isIt(line))
                return line;
        }

        throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"A js-libp2p peer ended early; what it said is above."));
    }
}
