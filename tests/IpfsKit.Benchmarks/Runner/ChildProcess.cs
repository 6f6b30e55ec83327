using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using IpfsKit.Benchmarks.Budgets;
using IpfsKit.Benchmarks.Runner.Bitswap;
using IpfsKit.Benchmarks.Runner.Floors;
using IpfsKit.Benchmarks.Runner.Import;
using IpfsKit.Benchmarks.Runner.Libp2p;
using IpfsKit.Benchmarks.Runner.Libp2p.Attacks;
using IpfsKit.Benchmarks.Runner.Store;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>This program once more, in a process of its own: for servers, for peak memory, and for budgets.</summary>
/// <remarks>A child reads until its input ends and writes what was asked for as lines on its output; ending its input ends it.</remarks>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>The first argument that makes a process a child.</summary>
    public const string Verb = "child";

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>Starts a child.</summary>
    /// <param name="role">One of those that <see cref="ServeAsync"/> knows.</param>
    /// <param name="arguments">What the role takes.</param>
    /// <param name="environment">Variables on top of this process's.</param>
    public static ChildProcess Start(string role, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null) =>
        StartProgram([Verb, role, .. arguments], environment);

    /// <summary>Starts this program with any arguments.</summary>
    public static ChildProcess StartProgram(IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = new ProcessStartInfo(Host) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["exec", Assembly.GetExecutingAssembly().Location, .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"'{Host}' did not start."));
    }

    /// <summary>Runs a role in this process.</summary>
    public static Task<int> ServeAsync(string role, string[] arguments) => role switch
    {
        BudgetCommand.ChildRole => Task.FromResult(BudgetCommand.Measure(Console.Out)),
        StreamServer.ChildRole => StreamServer.ServeAsync(long.Parse(arguments[0], CultureInfo.InvariantCulture)),
        ImportChild.ChildRole => ImportChild.RunAsync(arguments[0], arguments[1]),
        IndexMemory.ChildRole => Task.FromResult(IndexMemory.Measure(int.Parse(arguments[0], CultureInfo.InvariantCulture))),
        IdleConnections.ChildRole => IdleConnections.RunAsync(int.Parse(arguments[0], CultureInfo.InvariantCulture)),
        Attacker.ChildRole => Attacker.RunAsync(arguments[0]),
        BitswapServerChild.ChildRole => BitswapServerChild.RunAsync(arguments[0], arguments[1], arguments[2]),
        BitswapClientChild.ChildRole => BitswapClientChild.RunAsync(),
        Crowd.ChildRole => Crowd.RunAsync(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]),
        BusyPeer.ChildRole => BusyPeer.RunAsync(arguments[0]),
        _ => throw new ArgumentException($"There is no child role '{role}'.", nameof(role)),
    };

    /// <summary>Asks the child for something.</summary>
    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>The next line of the child's output, or null at its end.</summary>
    public ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken = default) =>
        _process.StandardOutput.ReadLineAsync(cancellationToken);

    /// <summary>The next line of the child's output.</summary>
    /// <exception cref="InvalidOperationException">The child ended without it.</exception>
    public async ValueTask<string> ReadRequiredLineAsync(CancellationToken cancellationToken = default)
    {
        if (await ReadLineAsync(cancellationToken) is { } line)
            return line;
        await _process.WaitForExitAsync(cancellationToken);
        throw new InvalidOperationException($"The child process ended early with code {_process.ExitCode}; what it said is above.");
    }

    /// <summary>The rest of the child's output.</summary>
    public Task<string> ReadToEndAsync(CancellationToken cancellationToken = default) => _process.StandardOutput.ReadToEndAsync(cancellationToken);

    /// <summary>Waits for the child to end by itself; its exit code.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken = default)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Ends the child's input and waits for it to follow; kills it if it does not within ten seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    /// <summary>The host that runs this process, so that a child needs neither PATH nor DOTNET_ROOT.</summary>
    public static string Host { get; } = FindHost();

    private static string FindHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var path = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(path) ? path : name;
    }
}
