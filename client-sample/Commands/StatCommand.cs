using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>stat</c>: what a path leads to.</summary>
internal static class StatCommand
{
    public static Command Create(Cli cli)
    {
        var path = new Argument<string>("path") { Description = "/ipfs/<cid>/name/name" };
        var command = new Command("stat", "Show what a path leads to, and what the cluster knows of it.") { path };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var stat = await client.StatAsync(parsed.GetRequiredValue(path), cancellationToken);
            var lines = new List<string>
            {
                $"cid        {stat.Cid}",
                $"kind       {stat.Kind.ToString().ToLowerInvariant()}",
                $"size       {(stat.SizeBytes is { } size ? $"{size} bytes" : "-")}",
                $"block      {stat.BlockBytes} bytes, {stat.Links} links",
            };
            if (stat.Mode is { } mode)
                lines.Add($"mode       {Convert.ToString((int)mode, 8)}");
            if (stat.ModifiedAt is { } modified)
                lines.Add($"modified   {modified:O}");
            if (stat.Target is { } target)
                lines.Add($"target     {Text.Printable(target)}");
            if (stat.Root is { } root)
            {
                lines.Add($"committed  {root.CommittedAt:O}");
                lines.Add($"dag        {root.DagBytes} bytes, {root.Blocks} blocks");
                lines.Add($"pin        {(root.Pin is { } pin ? $"{pin.Mode.ToString().ToLowerInvariant()} {Text.Printable(pin.Name ?? "")}".TrimEnd() : "none")}");
                lines.Add($"heat       {root.Heat.Score:0.###} accesses/h, {root.Heat.Accesses} in all");
                lines.Add($"held by    {string.Join(", ", root.Placements.Select(placement => placement.Node))}");
            }

            output.Write(string.Join(Environment.NewLine, lines), new
            {
                cid = stat.Cid.ToString(),
                kind = stat.Kind.ToString().ToLowerInvariant(),
                sizeBytes = stat.SizeBytes,
                blockBytes = stat.BlockBytes,
                links = stat.Links,
                target = stat.Target,
                pin = stat.Root?.Pin?.Mode.ToString().ToLowerInvariant(),
                dagBytes = stat.Root?.DagBytes,
                blocks = stat.Root?.Blocks,
                accesses = stat.Root?.Heat.Accesses,
                nodes = stat.Root?.Placements.Select(placement => placement.Node.ToString()),
            });
        });
        return command;
    }
}
