using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IpfsKit.TestKit.Services;

/// <summary>A program that runs beside the tests: what it prints, and its end.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly string _name;
    private readonly StringBuilder _output = new();

    private ServiceProcess(string name, ProcessStartInfo start)
    {
        _name = name;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start.");
        _process.OutputDataReceived += Append;
        _process.ErrorDataReceived += Append;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It ended, or does not answer; the message has what it printed.</exception>
    public static async Task<ServiceProcess> StartAsync(string name, string workingDirectory, IEnumerable<string> command, Func<ServiceProcess, Task<bool>> isReady, CancellationToken cancellationToken)
    {
        var process = new ServiceProcess(name, StartInfo(workingDirectory, command));
        try
        {
            await Eventually.TrueAsync($"{name} answers", () => process._process.HasExited
                ? throw new InvalidOperationException($"It ended with {process._process.ExitCode}.")
                : isReady(process), StartTimeout, cancellationToken);
            return process;
        }
        catch (Exception exception)
        {
            await process.DisposeAsync();
            throw new InvalidOperationException($"{name} did not become ready. It printed:\n{process.Output}", exception);
        }
    }

    /// <summary>Runs a command to its end, with the libraries of the installed programs.</summary>
    public static async Task RunAsync(string workingDirectory, IEnumerable<string> command, CancellationToken cancellationToken)
    {
        var arguments = command.ToArray();
        using var process = Process.Start(StartInfo(workingDirectory, arguments)) ?? throw new InvalidOperationException($"{arguments[0]} did not start.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await error}");
    }

    /// <summary>A port of 127.0.0.1 that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Sends it a signal, such as <c>STOP</c>.</summary>
    public Task SignalAsync(string signal, CancellationToken cancellationToken) =>
        CommandLine.RunAsync("kill", AppContext.BaseDirectory, cancellationToken, $"-{signal}", $"{_process.Id}");

    /// <summary>Ends it with everything that it has started, at once.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, and ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // So that it takes its shared memory with it.
            await CommandLine.TryRunAsync("kill", AppContext.BaseDirectory, CancellationToken.None, "-INT", $"{_process.Id}");
            using var patience = new CancellationTokenSource(StopTimeout);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => _name;

    private static ProcessStartInfo StartInfo(string workingDirectory, IEnumerable<string> command)
    {
        var parts = command.ToArray();
        var start = new ProcessStartInfo(parts[0], parts[1..]) { WorkingDirectory = workingDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        if (ServicePrograms.LibraryPath is { Length: > 0 } libraries)
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        return start;
    }

    private void Append(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        lock (_output)
            _output.AppendLine(line.Data);
    }
}
