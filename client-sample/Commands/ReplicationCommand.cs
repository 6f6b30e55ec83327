using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.Multiformats;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>replication</c>: where the copies of a root are; with <c>--copies</c>, how many it is to have.</summary>
internal static class ReplicationCommand
{
    public static Command Create(Cli cli)
    {
        var root = new Argument<string>("cid") { Description = "The root." };
        var copies = new Option<int?>("--copies") { Description = "Have as many copies made, and wait for them." };
        var command = new Command("replication", "Show the copies of a root, or change how many there are.") { root, copies };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var cid = Cid.Parse(parsed.GetRequiredValue(root));
            var status = parsed.GetValue(copies) is { } wanted
                ? await client.EnsureReplicationAsync(cid, new EnsureReplicationOptions { Copies = wanted }, cancellationToken)
                : await client.ReplicationStatusAsync(cid, cancellationToken);
            output.Write(
                $"{status.Root}: {status.Health.ToString().ToLowerInvariant()}, {status.Copies} of {status.Wanted} copies{(status.UnderWay.Count > 0 ? $", {status.UnderWay.Count} under way" : "")}",
                new { root = status.Root.ToString(), health = status.Health.ToString(), copies = status.Copies, wanted = status.Wanted, most = status.Most, underWay = status.UnderWay.Select(node => node.ToString()) });
            foreach (var replica in status.Replicas)
            {
                output.Write(
                    $"{replica.Node} {replica.State.ToString().ToLowerInvariant(),-8} {replica.Zone ?? "-",-8} since {replica.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss}",
                    new { node = replica.Node.ToString(), state = replica.State.ToString(), zone = replica.Zone, since = replica.Since });
            }
        });
        return command;
    }
}
