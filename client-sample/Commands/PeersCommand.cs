using System.CommandLine;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>peers</c>: who is connected.</summary>
internal static class PeersCommand
{
    public static Command Create(Cli cli)
    {
        var command = new Command("peers", "List the libp2p peers of every node.");
        cli.SetAction(command, async (client, _, output, cancellationToken) =>
        {
            foreach (var peer in await client.ListPeersAsync(cancellationToken))
            {
                var latency = peer.Latency is { } time ? $"{time.TotalMilliseconds:0} ms" : "-";
                output.Write(
                    $"{peer.Peer} {(peer.Addresses.Count > 0 ? peer.Addresses[0] : default)} {latency} {peer.Agent}{(peer.IsNode ? " (node)" : "")}",
                    new
                    {
                        peer = peer.Peer.ToString(),
                        node = peer.Node.ToString(),
                        addresses = peer.Addresses.Select(address => address.ToString()),
                        latencyMs = peer.Latency?.TotalMilliseconds,
                        direction = peer.Direction.ToString(),
                        agent = peer.Agent,
                        protocols = peer.Protocols,
                        isNode = peer.IsNode,
                    });
            }
        });
        return command;
    }
}
