using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>fetch</c>: content of other peers into the cluster.</summary>
internal static class FetchCommand
{
    public static Command Create(Cli cli)
    {
        var cid = new Argument<string>("cid") { Description = "The root: a CID, or /ipfs/<cid>." };
        var peers = new Option<string[]>("--peer") { Description = "A peer that has it: a multiaddr that ends in /p2p/<peer id>. May be given several times.", AllowMultipleArgumentsPerToken = true };
        var pin = new Option<bool>("--pin") { Description = "Pin it." };
        var timeout = new Option<double>("--timeout") { Description = "How many seconds nothing may come before it fails.", DefaultValueFactory = _ => 30 };
        var limit = new Option<long?>("--max-bytes") { Description = "The most bytes to fetch." };
        var command = new Command("fetch", "Fetch content from other IPFS peers and keep it in the cluster.") { cid, peers, pin, timeout, limit };
        cli.SetAction(command, async (client, parsed, output, cancellationToken) =>
        {
            var path = IpfsPath.Parse(parsed.GetRequiredValue(cid));
            if (path.Segments.Count > 0)
                throw new ArgumentException($"{path} has a path; a root is fetched as a whole.");
            var options = new FetchOptions
            {
                Peers = [.. (parsed.GetValue(peers) ?? []).Select(Multiaddr.Parse)],
                Pin = parsed.GetValue(pin),
                IdleTimeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                MaxBytes = parsed.GetValue(limit),
            };
            var fetched = await output.WithProgressAsync(
                "fetching", progress => client.FetchAsync(path.Root, options, new Relay(progress), cancellationToken));
            output.Write(
                $"fetched {fetched.Root} {Sizes.Format(fetched.SizeBytes)}, {Count(fetched.FetchedBlocks, "block")} from {Count(fetched.Sources.Count, "peer")}{string.Concat(fetched.Sources.Select(source => $"\n  {source.Peer} {Sizes.Format(source.Bytes)}"))}",
                new
                {
                    cid = fetched.Root.ToString(),
                    sizeBytes = fetched.SizeBytes,
                    blocks = fetched.Blocks,
                    fetchedBlocks = fetched.FetchedBlocks,
                    fetchedBytes = fetched.FetchedBytes,
                    node = fetched.Node.ToString(),
                    sources = fetched.Sources.Select(source => new { peer = source.Peer.ToString(), bytes = source.Bytes }),
                });
        });
        return command;
    }

    private static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    /// <summary>How much is to come is known only when all of it has come.</summary>
    private sealed class Relay(IProgress<TransferProgress> progress) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => progress.Report(new TransferProgress(value.Bytes));
    }
}
