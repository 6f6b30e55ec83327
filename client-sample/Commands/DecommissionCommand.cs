using System.CommandLine;
using IpfsKit.Multiformats;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>decommission</c>: has a silo give its copies away before it is stopped for good.</summary>
internal static class DecommissionCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create(Cli cli)
    {
        var node = new Argument<string>("peer-id") { Description = "The silo, as 'cluster' names it." };
        var cancel = new Option<bool>("--cancel") { Description = "Call it off." };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait until the silo holds nothing." };
        var command = new Command("decommission", "Have a silo leave the cluster: its copies move to others. Stop it afterwards.") { node, cancel, noWait };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var peer = PeerId.Parse(parsed.GetRequiredValue(node));
            var leaves = !parsed.GetValue(cancel);
            await client.DecommissionAsync(peer, leaves, cancellationToken);
            for (var left = -1L; leaves && !parsed.GetValue(noWait); await Task.Delay(Pause, cancellationToken))
            {
                var stats = await client.GetStatsAsync(cancellationToken);
                if (stats.Nodes.FirstOrDefault(known => known.Node == peer) is not { } known || known.Roots == left)
                    continue;
                left = known.Roots;
                output.Write($"{left} roots left", new { node = peer.ToString(), roots = left });
                if (left == 0)
                    break;
            }
        });
        return command;
    }
}
