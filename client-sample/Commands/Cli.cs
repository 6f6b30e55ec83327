using System.CommandLine;
using System.CommandLine.Invocation;
using IpfsKit.Client;
using IpfsKit.ClientSample.Connection;
using IpfsKit.ClientSample.Output;

namespace IpfsKit.ClientSample.Commands;

/// <summary>The command line: what there is, where it connects, how it ends.</summary>
/// <remarks>Exit codes: 0 done, 1 failed with one line on the error stream, 2 not understood, 130 cancelled.</remarks>
internal sealed class Cli
{
    /// <summary>The command line was not understood.</summary>
    public const int Misuse = 2;

    private const int Failed = 1;
    private const int Cancelled = 130;

    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly RootCommand _root;
    private readonly ConnectionOptions _connection = new();
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object per line, on success and on failure.", Recursive = true };

    public Cli(TextWriter output, TextWriter errors)
    {
        (_output, _errors) = (output, errors);
        _root = new RootCommand("Adds, reads and pins content of an IpfsKit cluster.")
        {
            _json,
            AddCommand.Create(this),
            CatCommand.Create(this),
            LsCommand.Create(this),
            GetCommand.Create(this),
            StatCommand.Create(this),
            PinCommand.Create(this),
            RmCommand.Create(this),
            CarCommand.Create(this),
            FetchCommand.Create(this),
            PeersCommand.Create(this),
            StatsCommand.Create(this),
            ClusterCommand.Create(this),
            ReplicationCommand.Create(this),
            DecommissionCommand.Create(this),
            DemoCommand.Create(this),
        };
        _connection.AddTo(_root);
    }

    public Task<int> RunAsync(string[] args)
    {
        var parsed = _root.Parse(args);
        if (parsed.Action is not ParseErrorAction)
            return parsed.InvokeAsync(new InvocationConfiguration { Output = _output, Error = _errors, EnableDefaultExceptionHandler = false });
        foreach (var error in parsed.Errors)
            _errors.WriteLine($"error: {error.Message}");
        _errors.WriteLine("Add --help for what there is.");
        return Task.FromResult(Misuse);
    }

    /// <summary>Lets a command run against a cluster.</summary>
    public void SetAction(Command command, Func<IIpfsKitClient, ParseResult, CommandOutput, CancellationToken, Task> action) =>
        SetAction(command, async (parsed, output, cancellationToken) =>
        {
            await using var connection = await ClusterConnection.OpenAsync(_connection.Read(parsed), cancellationToken);
            await action(connection.Client, parsed, output, cancellationToken);
        });

    /// <summary>Lets a command run; what it throws becomes one line and an exit code.</summary>
    public void SetAction(Command command, Func<ParseResult, CommandOutput, CancellationToken, Task> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(_output, _errors, parsed.GetValue(_json));
            try
            {
                await action(parsed, output, cancellationToken);
                return 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                output.Fail("cancelled", null);
                return Cancelled;
            }
            catch (Exception exception) when (Failures.IsExpected(exception))
            {
                output.Fail(exception.Message, exception);
                return Failed;
            }
        });
}
