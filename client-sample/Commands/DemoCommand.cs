using System.CommandLine;
using IpfsKit.ClientSample.Demo;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>demo</c>: the whole story, with a service of its own.</summary>
internal static class DemoCommand
{
    private const int DefaultMegabytes = 64;
    private const int MaxMegabytes = 16 << 10;

    public static Command Create(Cli cli)
    {
        var size = new Option<int>("--size") { Description = "The size of the demo's file in MiB.", DefaultValueFactory = _ => DefaultMegabytes };
        size.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxMegabytes)
                result.AddError($"--size must be from 1 to {MaxMegabytes}.");
        });
        var host = new Option<string?>("--host") { Description = "The silo-host to start; by default the one built with this program." };
        var command = new Command("demo", "Start a service, add, read, kill it, restart it, read again; leaves nothing behind.") { size, host };
        cli.SetAction(command, (parsed, output, cancellationToken) =>
            new DemoScript(parsed.GetValue(host) ?? HostLocator.Find(), (long)parsed.GetValue(size) << 20, output).RunAsync(cancellationToken));
        return command;
    }
}
