using IpfsKit.ClientSample.Commands;
using IpfsKit.ClientSample.Connection;
using IpfsKit.ClientSample.Demo;
using IpfsKit.TestKit;

namespace IpfsKit.ClientSample.Tests;

/// <summary>One service for all tests of a class: a real silo-host in a process of its own.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private HostProcess _host = null!;

    /// <summary>Where it keeps its data; what <c>--data</c> takes.</summary>
    public string Data => _directory.Combine("data");

    internal ServiceFile Service => ServiceFile.FindRunning(Data).Single();

    public async ValueTask InitializeAsync() => _host = await HostProcess.StartAsync(HostLocator.Find(), Data, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>Runs a command against it, in this process.</summary>
    internal Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] args) => RunBareAsync([.. args, "--data", Data]);

    /// <summary>Runs a command as it is.</summary>
    internal static async Task<(int ExitCode, string Output, string Errors)> RunBareAsync(params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var exitCode = await new Cli(output, errors).RunAsync(args);
        return (exitCode, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }
}
