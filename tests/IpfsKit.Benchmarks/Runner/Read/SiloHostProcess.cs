using System.Diagnostics;
using System.Text.Json;
using IpfsKit.Grains.Hosting;

namespace IpfsKit.Benchmarks.Runner.Read;

/// <summary>A silo-host in a process of its own with its embedded defaults: what a user has who starts it.</summary>
internal sealed class SiloHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private SiloHostProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where it listens.</summary>
    public ServiceFile Service { get; private set; } = null!;

    /// <summary>The process.</summary>
    public Process Process => _process;

    /// <summary>Starts a host over a data directory and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">It does not come up; the message has what it printed.</exception>
    public static async Task<SiloHostProcess> StartAsync(string directory, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(ChildProcess.Host, ["exec", Program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["IpfsKit__DataDirectory"] = directory;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var host = new SiloHostProcess(Process.Start(start) ?? throw new InvalidOperationException($"'{ChildProcess.Host}' did not start."));
        for (var deadline = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(deadline) < Patience && !host._process.HasExited; await Task.Delay(Pause))
        {
            if (TryReadService(directory) is not { } service || service.ProcessId != host._process.Id)
                continue;
            host.Service = service;
            return host;
        }

        await host.DisposeAsync();
        throw new InvalidOperationException($"The silo-host did not come up. It printed:\n{await host._output}{await host._errors}");
    }

    /// <summary>Kills it: its data goes away with the run anyway.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await Task.WhenAll(_output, _errors);
        _process.Dispose();
    }

    /// <summary>Built beside this program, in the same configuration, because this project refers to it.</summary>
    private static string Program { get; } = FindProgram();

    private static string FindProgram()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "silo-host", "bin", configuration, "net10.0", "IpfsKit.SiloHost.dll");
            if (File.Exists(path))
                return path;
        }

        throw new FileNotFoundException("The silo-host is not built: run this program from its place in the repository.");
    }

    private static ServiceFile? TryReadService(string directory)
    {
        var path = !Directory.Exists(directory) ? null : Directory.EnumerateFiles(directory, ServiceFile.FileName, SearchOption.AllDirectories).FirstOrDefault();
        return path is null ? null : JsonSerializer.Deserialize(File.ReadAllBytes(path), ServiceFileJson.Default.ServiceFile);
    }
}
