using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;
using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>pin add</c>, <c>pin rm</c>, <c>pin ls</c>.</summary>
internal static class PinCommand
{
    public static Command Create(Cli cli) => new("pin", "Keep content from being evicted or removed.") { Add(cli), Remove(cli), List(cli) };

    private static Command Add(Cli cli)
    {
        var path = new Argument<string>("path") { Description = "/ipfs/<cid>/name/name" };
        var direct = new Option<bool>("--direct") { Description = "The block alone, not what it reaches." };
        var name = new Option<string?>("--name") { Description = "A label." };
        var command = new Command("add", "Pin what a path leads to.") { path, direct, name };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var options = new PinOptions { Mode = parsed.GetValue(direct) ? PinMode.Direct : PinMode.Recursive, Name = parsed.GetValue(name) };
            var cid = await client.PinAsync(parsed.GetRequiredValue(path), options, cancellationToken);
            output.Write($"pinned {cid} {options.Mode.ToString().ToLowerInvariant()}", new { cid = cid.ToString(), mode = options.Mode.ToString().ToLowerInvariant() });
        });
        return command;
    }

    private static Command Remove(Cli cli)
    {
        var cid = new Argument<string>("cid") { Description = "What is pinned." };
        var command = new Command("rm", "Remove a pin; the content stays until it is evicted or removed.") { cid };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var root = Cid.Parse(parsed.GetRequiredValue(cid));
            var removed = await client.UnpinAsync(root, cancellationToken);
            output.Write(removed ? $"unpinned {root}" : $"{root} was not pinned", new { cid = root.ToString(), removed });
        });
        return command;
    }

    private static Command List(Cli cli)
    {
        var type = new Option<PinMode?>("--type") { Description = "Only this mode; recursive and direct by default." };
        var command = new Command("ls", "List pins.") { type };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            await foreach (var pin in client.ListPinsAsync(parsed.GetValue(type), cancellationToken))
            {
                output.Write(
                    $"{pin.Cid}  {pin.Mode.ToString().ToLowerInvariant(),-9}  {Text.Printable(pin.Name ?? "")}".TrimEnd(),
                    new { cid = pin.Cid.ToString(), mode = pin.Mode.ToString().ToLowerInvariant(), name = pin.Name, pinnedAt = pin.PinnedAt });
            }
        });
        return command;
    }
}
