using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>ls</c>: the entries of a directory, or the roots of the cluster.</summary>
internal static class LsCommand
{
    public static Command Create(Cli cli)
    {
        var path = new Argument<string?>("path") { Description = "/ipfs/<cid>/name/name; without it, the roots of the cluster.", Arity = ArgumentArity.ZeroOrOne };
        var fast = new Option<bool>("--fast") { Description = "Do not look at the entries themselves: names and CIDs only." };
        var command = new Command("ls", "List a directory, or the roots of the cluster.") { path, fast };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            if (parsed.GetValue(path) is not { } directory)
            {
                await ListRootsAsync(client, output, cancellationToken);
                return;
            }

            var options = new ListOptions { ResolveEntries = !parsed.GetValue(fast) };
            await foreach (var entry in client.ListAsync(directory, options, cancellationToken))
            {
                var name = entry.Kind switch
                {
                    ContentKind.Directory => Text.Printable(entry.Name) + "/",
                    ContentKind.Symlink => $"{Text.Printable(entry.Name)} -> {Text.Printable(entry.Target ?? "")}",
                    _ => Text.Printable(entry.Name),
                };
                output.Write(
                    $"{entry.Cid}  {(entry.SizeBytes is { } size ? Sizes.Format(size) : "-"),10}  {name}",
                    new { cid = entry.Cid.ToString(), name = entry.Name, kind = entry.Kind.ToString().ToLowerInvariant(), sizeBytes = entry.SizeBytes, target = entry.Target });
            }
        });
        return command;
    }

    private static async Task ListRootsAsync(IIpfsKitClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        await foreach (var root in client.ListRootsAsync(cancellationToken))
        {
            output.Write(
                $"{root.Root}  {Sizes.Format(root.SizeBytes),10}  {root.CommittedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {root.Pin?.ToString().ToLowerInvariant()}",
                new { cid = root.Root.ToString(), sizeBytes = root.SizeBytes, dagBytes = root.DagBytes, blocks = root.Blocks, committedAt = root.CommittedAt, pin = root.Pin?.ToString().ToLowerInvariant() });
        }
    }
}
