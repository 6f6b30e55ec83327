using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;
using IpfsKit.Ipld;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>get</c>: a file or directory to the local disk.</summary>
internal static class GetCommand
{
    public static Command Create(Cli cli)
    {
        var path = new Argument<string>("path") { Description = "/ipfs/<cid>/name/name" };
        var target = new Option<string?>("--output", "-o") { Description = "What to create; the last name of the path by default." };
        var force = new Option<bool>("--force", "-f") { Description = "Replace files that exist." };
        var command = new Command("get", "Write a file or directory to the local disk; never outside the target.") { path, target, force };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var source = IpfsPath.Parse(parsed.GetRequiredValue(path));
            var destination = parsed.GetValue(target) ?? source.Name;
            var options = new DownloadOptions { Overwrite = parsed.GetValue(force) };
            var written = await output.WithProgressAsync(
                "getting", progress => client.DownloadAsync(source, destination, options, progress, cancellationToken));
            output.Write(
                $"wrote {destination} {Sizes.Format(written.Bytes)}",
                new { path = Path.GetFullPath(destination), bytes = written.Bytes, entries = written.Files });
        });
        return command;
    }
}
