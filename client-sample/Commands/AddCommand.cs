using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>add</c>: a file, a directory, or what comes on the standard input.</summary>
internal static class AddCommand
{
    public static Command Create(Cli cli)
    {
        var path = new Argument<string>("path") { Description = "A file or directory, or - for the standard input." };
        var profile = new Option<string>("--profile") { Description = "What decides the CIDs.", DefaultValueFactory = _ => UnixFsProfile.UnixFsV1_2025.Name };
        profile.AcceptOnlyFromAmong(UnixFsProfile.UnixFsV1_2025.Name, UnixFsProfile.UnixFsV0_2015.Name);
        var noPin = new Option<bool>("--no-pin") { Description = "Do not pin the root." };
        var name = new Option<string?>("--pin-name") { Description = "A label for the pin." };
        var wrap = new Option<string?>("--wrap") { Description = "Put a file into a directory under this name." };
        var preserve = new Option<bool>("--preserve") { Description = "Store permissions and times; they become part of the CID." };
        var hidden = new Option<bool>("--hidden", "-H") { Description = "Add entries whose names begin with a dot, too." };
        var command = new Command("add", "Add a file or directory; prints the root's CID.") { path, profile, noPin, name, wrap, preserve, hidden };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            UnixFsProfile.TryGet(parsed.GetValue(profile), out var chosen);
            var options = new AddOptions
            {
                Profile = chosen!,
                Pin = !parsed.GetValue(noPin),
                PinName = parsed.GetValue(name),
                WrapAs = parsed.GetValue(wrap),
                PreserveMode = parsed.GetValue(preserve),
                PreserveModifiedTime = parsed.GetValue(preserve),
                IncludeHidden = parsed.GetValue(hidden),
            };
            var source = parsed.GetRequiredValue(path);
            var added = await output.WithProgressAsync("adding", progress => AddAsync(client, source, options, progress, cancellationToken));
            output.Write(
                $"added {added.Root} {Sizes.Format(added.SizeBytes)}",
                new { cid = added.Root.ToString(), sizeBytes = added.SizeBytes, dagBytes = added.DagBytes, blocks = added.Blocks });
        });
        return command;
    }

    private static async Task<AddResult> AddAsync(
        IIpfsKitClient client, string source, AddOptions options, IProgress<TransferProgress> progress, CancellationToken cancellationToken)
    {
        if (source == "-")
        {
            await using var input = Console.OpenStandardInput();
            return await client.AddStreamAsync(input, options, progress, cancellationToken);
        }

        return Directory.Exists(source)
            ? await client.AddDirectoryAsync(source, options, progress, cancellationToken)
            : await client.AddFileAsync(source, options, progress, cancellationToken);
    }
}
