using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>car export</c>, <c>car import</c>.</summary>
internal static class CarCommand
{
    public static Command Create(Cli cli) => new("car", "Move DAGs as content-addressed archives.") { Export(cli), Import(cli) };

    private static Command Export(Cli cli)
    {
        var path = new Argument<string>("path") { Description = "/ipfs/<cid>/name/name" };
        var target = new Argument<string>("file") { Description = "The CAR to write." };
        var command = new Command("export", "Write everything below a path as a CAR.") { path, target };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var file = parsed.GetRequiredValue(target);
            await using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            var written = await output.WithProgressAsync(
                "exporting", progress => client.ExportCarAsync(parsed.GetRequiredValue(path), stream, progress: progress, cancellationToken: cancellationToken));
            output.Write(
                $"wrote {file} {Sizes.Format(written.Bytes)} with {written.Blocks} blocks",
                new { cid = written.Root.ToString(), blocks = written.Blocks, bytes = written.Bytes });
        });
        return command;
    }

    private static Command Import(Cli cli)
    {
        var source = new Argument<string>("file") { Description = "The CAR to read." };
        var partial = new Option<bool>("--partial") { Description = "Keep the blocks although a root is incomplete." };
        var noPin = new Option<bool>("--no-pin") { Description = "Do not pin the roots." };
        var command = new Command("import", "Store a CAR's blocks, each verified, and register its roots.") { source, partial, noPin };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            await using var stream = File.OpenRead(parsed.GetRequiredValue(source));
            var options = new CarImportOptions { AllowPartial = parsed.GetValue(partial), Pin = !parsed.GetValue(noPin) };
            var imported = await output.WithProgressAsync("importing", progress => client.ImportCarAsync(stream, options, progress, cancellationToken));
            foreach (var root in imported.Roots)
                output.Write($"{(root.IsCommitted ? "imported" : "incomplete")} {root.Cid}", new { cid = root.Cid.ToString(), committed = root.IsCommitted });
        });
        return command;
    }
}
