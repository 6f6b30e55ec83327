using System.Diagnostics;
using System.Text;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests;

/// <summary>A real silo-host in a process of its own, on free ports and a data directory of the test's.</summary>
internal sealed class SiloHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private ServiceFile? _service;

    private SiloHostProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
        _process.OutputDataReceived += Append;
        _process.ErrorDataReceived += Append;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public ServiceFile Service => _service ?? throw new InvalidOperationException("The host is not ready.");

    /// <summary>What it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts a host and waits until it serves.</summary>
    public static async Task<SiloHostProcess> StartAsync(
        string dataDirectory, CancellationToken cancellationToken, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [HostAssembly()])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["IpfsKit__DataDirectory"] = dataDirectory;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var host = new SiloHostProcess(start);
        try
        {
            host._service = await Eventually.GetAsync("the host is ready", () => Task.FromResult(host.Ask(dataDirectory)), StartTimeout, cancellationToken);
            return host;
        }
        catch (Exception exception)
        {
            await host.DisposeAsync();
            throw new InvalidOperationException($"The host did not become ready. It printed:\n{host.Output}", exception);
        }
    }

    /// <summary>Ends the host with SIGKILL: none of its code runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the host to stop, as a service manager would, and gives its exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        await CommandLine.RunAsync("kill", AppContext.BaseDirectory, cancellationToken, "-TERM", $"{_process.Id}");
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        // What it printed last arrives after its end.
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private ServiceFile? Ask(string dataDirectory) => _process.HasExited
        ? throw new InvalidOperationException($"The host ended with {_process.ExitCode}.")
        : ServiceFile.TryRead(dataDirectory, _process.Id);

    private void Append(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        lock (_output)
            _output.AppendLine(line.Data);
    }

    private static string HostAssembly()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = root.Parent!.Name;
        while (!File.Exists(Path.Combine(root!.FullName, "IpfsKitOrleans.sln")))
            root = root.Parent;
        return Path.Combine(root.FullName, "silo-host", "bin", configuration, "net10.0", "IpfsKit.SiloHost.dll");
    }
}
