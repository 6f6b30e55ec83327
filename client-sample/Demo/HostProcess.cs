using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using IpfsKit.ClientSample.Commands;
using IpfsKit.ClientSample.Connection;

namespace IpfsKit.ClientSample.Demo;

/// <summary>A silo-host of the demo's own, in a process and a data directory of its own.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int MaxKeptOutput = 16 << 10;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private HostProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a host and waits until clients can connect.</summary>
    /// <param name="assembly">The host's program.</param>
    /// <param name="dataDirectory">Where it keeps everything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DemoFailedException">It ended, or did not get ready.</exception>
    public static async Task<HostProcess> StartAsync(string assembly, string dataDirectory, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["IpfsKit__DataDirectory"] = dataDirectory;
        var host = new HostProcess(Process.Start(start) ?? throw new DemoFailedException("The service could not be started."));
        try
        {
            await host.WaitUntilReadyAsync(dataDirectory, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it with SIGKILL: not a line of its code runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop and waits for it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            await KillAsync();
            return;
        }

        _ = SendSignal(_process.Id, Terminate);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StopTimeout);
        await _process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!ServiceFile.FindRunning(dataDirectory).Any(service => service.ProcessId == _process.Id))
        {
            if (_process.HasExited)
                throw new DemoFailedException($"The service ended with exit code {_process.ExitCode}. It said: {Said()}");
            if (Stopwatch.GetElapsedTime(started) > StartTimeout)
                throw new DemoFailedException($"The service was not ready after {StartTimeout.TotalSeconds} s. It said: {Said()}");
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            if (_output.Length < MaxKeptOutput)
                _output.AppendLine(line.Data);
        }
    }

    private string Said()
    {
        lock (_output)
            return _output.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
