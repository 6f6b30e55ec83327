using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;
using IpfsKit.Grains;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>cluster</c>: the silos, their roles and room, and how content is replicated.</summary>
internal static class ClusterCommand
{
    public static Command Create(Cli cli)
    {
        var command = new Command("cluster", "Show the silos of the cluster and the health of replication.");
        cli.SetAction(command, (client, _, output, cancellationToken) => WriteAsync(client, output, cancellationToken));
        return command;
    }

    private static async Task WriteAsync(IIpfsKitClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var stats = await client.GetStatsAsync(cancellationToken);
        var nodes = (await client.ListNodesAsync(cancellationToken)).ToDictionary(node => node.Node);
        foreach (var node in stats.Nodes)
        {
            var known = nodes.GetValueOrDefault(node.Node);
            WriteNode(output, known?.Role, known?.Zone, node);
        }

        foreach (var silent in stats.Silent)
            output.Write($"{silent.Node} {silent.Role.ToString().ToLowerInvariant(),-8} did not answer", new { node = silent.Node.ToString(), role = silent.Role.ToString(), answers = false });
        var health = stats.Replication;
        var swept = health.SweptAt is { } at ? $"{at.ToLocalTime():yyyy-MM-dd HH:mm:ss}" : "not yet";
        output.Write(
            $"replication: {health.Excellent} excellent, {health.Good} good, {health.Fair} fair, {health.Poor} poor (looked at: {swept}); {health.Repairs} repaired, {health.Released} released, {health.Lost} lost",
            new { excellent = health.Excellent, good = health.Good, fair = health.Fair, poor = health.Poor, sweptAt = health.SweptAt, repairs = health.Repairs, released = health.Released, lost = health.Lost });
    }

    private static void WriteNode(CommandOutput output, NodeRole? role, string? zone, NodeStats node)
    {
        var state = node.Replication.IsLeaving ? "leaving" : "up";
        output.Write(
            $"{node.Node} {role?.ToString().ToLowerInvariant(),-8} {zone ?? "-",-8} {state,-8} {node.Roots} roots, {node.Pins} pinned, {Sizes.Format(node.DiskBytes)} on disk, {Sizes.Format(node.FreeBytes)} free",
            new
            {
                node = node.Node.ToString(),
                role = role?.ToString(),
                zone,
                state,
                answers = true,
                roots = node.Roots,
                pins = node.Pins,
                diskBytes = node.DiskBytes,
                freeBytes = node.FreeBytes,
                startedAt = node.StartedAt,
            });
    }
}
