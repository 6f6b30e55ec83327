using System.CommandLine;
using IpfsKit.Multiformats;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>rm</c>: forgets a root.</summary>
internal static class RmCommand
{
    public static Command Create(Cli cli)
    {
        var cid = new Argument<string>("cid") { Description = "The root." };
        var unpin = new Option<bool>("--unpin") { Description = "Remove its pin first." };
        var command = new Command("rm", "Forget a root; its blocks go when no other root needs them.") { cid, unpin };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var root = Cid.Parse(parsed.GetRequiredValue(cid));
            if (parsed.GetValue(unpin))
                await client.UnpinAsync(root, cancellationToken);
            var removed = await client.RemoveAsync(root, cancellationToken);
            output.Write(removed ? $"removed {root}" : $"{root} is no root", new { cid = root.ToString(), removed });
        });
        return command;
    }
}
