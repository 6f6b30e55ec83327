using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using IpfsKit.Multiformats;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>A process that runs a peer of <c>tests/peers</c>, driven by lines of JSON. Every wait is bounded, and a failure says what the process wrote to its stderr.</summary>
internal sealed class JsPeer : IAsyncDisposable
{
    /// <summary>The longest wait for an answer or an event, unless a test says otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int KeptLines = 40;

    private readonly Process _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _answers = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly List<JsonObject> _events = [];
    private readonly List<(Predicate<JsonObject> Matches, TaskCompletionSource<JsonObject> Found)> _waits = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Lock _lock = new();
    private readonly Task _reading;
    private int _lastId;

    private JsPeer(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync());
    }

    /// <summary>Who it is.</summary>
    public PeerId PeerId { get; private set; }

    /// <summary>Where it listens, with <c>/p2p/…</c>.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; private set; } = [];

    /// <summary>Starts a peer and waits until it is ready; skips the test if there is nothing to run it with.</summary>
    public static async Task<JsPeer> StartAsync(JsPeerOptions? options = null)
    {
        Assert.SkipWhen(NodeRuntime.Missing is not null, NodeRuntime.Missing ?? "");
        options ??= new JsPeerOptions();
        var start = new ProcessStartInfo(NodeRuntime.Program, [.. NodeRuntime.Arguments, .. options.ToArguments()])
        {
            WorkingDirectory = NodeRuntime.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in options.Environment)
            start.Environment[name] = value;
        var peer = new JsPeer(Process.Start(start)!);
        try
        {
            var ready = await peer.WaitForAsync("ready");
            peer.PeerId = PeerId.Parse((string)ready["peerId"]!);
            peer.Addresses = [.. ready["addresses"]!.AsArray().Select(address => Multiaddr.Parse((string)address!))];
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command; the answer is that of <c>commands.mjs</c>.</summary>
    public async Task<JsonObject> RunAsync(string command, object? arguments = null, TimeSpan? patience = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = _answers[id] = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        var line = arguments is null ? [] : JsonSerializer.SerializeToNode(arguments)!.AsObject();
        line["id"] = id;
        line["cmd"] = command;
        await _writing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await _process.StandardInput.WriteLineAsync(line.ToJsonString());
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It has ended: the answer below says so.
        }
        finally
        {
            _writing.Release();
        }

        var result = await BoundedAsync(answer.Task, $"an answer to '{line.ToJsonString()}'", patience);
        _answers.TryRemove(id, out _);
        return (bool)result["ok"]! ? result : throw new JsPeerException(result.ToJsonString());
    }

    /// <summary>Waits for an event, one that has been there included.</summary>
    public async Task<JsonObject> WaitForAsync(string name, Predicate<JsonObject>? condition = null)
    {
        var found = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_events.Find(Matches) is { } earlier)
                return earlier;
            _waits.Add((Matches, found));
        }

        return await BoundedAsync(found.Task, $"the event '{name}'", null);

        bool Matches(JsonObject candidate) => (string?)candidate["event"] == name && (condition is null || condition(candidate));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        await _reading;
        _process.Dispose();
        _writing.Dispose();
    }

    private async Task<JsonObject> BoundedAsync(Task<JsonObject> task, string what, TimeSpan? patience)
    {
        try
        {
            return await task.WaitAsync(patience ?? Patience, TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or EndOfStreamException)
        {
            var state = _process.HasExited ? $"it has ended with code {_process.ExitCode}" : "it runs";
            throw new JsPeerException($"Waited in vain for {what}; {state}. Its stderr:\n{string.Join('\n', _errors)}");
        }
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var message = JsonNode.Parse(line)!.AsObject();
            if (message["event"] is null)
            {
                if (_answers.TryGetValue((int)message["id"]!, out var answer))
                    answer.TrySetResult(message);
                continue;
            }

            lock (_lock)
            {
                _events.Add(message);
                foreach (var wait in _waits.Where(wait => wait.Matches(message)))
                    wait.Found.TrySetResult(message);
            }
        }

        foreach (var answer in _answers.Values)
            answer.TrySetException(new EndOfStreamException());
        lock (_lock)
        {
            foreach (var wait in _waits)
                wait.Found.TrySetException(new EndOfStreamException());
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            _errors.Enqueue(line);
            if (_errors.Count > KeptLines)
                _errors.TryDequeue(out _);
        }
    }
}
