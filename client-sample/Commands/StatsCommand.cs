using System.CommandLine;
using IpfsKit.Client;
using IpfsKit.ClientSample.Output;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>stats</c>: the counters of the cluster.</summary>
internal static class StatsCommand
{
    public static Command Create(Cli cli)
    {
        var command = new Command("stats", "Show sizes and counters of every node.");
        cli.SetAction(command, async (client, _, output, cancellationToken) => Write(await client.GetStatsAsync(cancellationToken), output));
        return command;
    }

    public static void Write(ClusterStats stats, CommandOutput output)
    {
        foreach (var node in stats.Nodes)
        {
            output.Write(
                $"""
                node       {node.Node}, up since {node.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}
                roots      {node.Roots}, {node.Pins} pinned
                blocks     {node.Blocks}, {Sizes.Format(node.BlockBytes)}; {Sizes.Format(node.DiskBytes)} on disk, {Sizes.Format(node.FreeBytes)} free
                served     {node.Reads} reads, {Sizes.Format(node.BytesSent)}
                received   {node.Uploads} uploads, {Sizes.Format(node.BytesReceived)}
                fetched    {node.Retrieval.CacheMisses} misses, {node.Retrieval.CacheMissesHandled} handled, {node.Retrieval.CacheMissesFailed} failed, {Sizes.Format(node.Retrieval.TotalBytesRetrieved)}
                peers      {node.Exchange.Peers}, {Sizes.Format(node.Exchange.BytesSent)} sent
                """,
                new
                {
                    node = node.Node.ToString(),
                    roots = node.Roots,
                    pins = node.Pins,
                    blocks = node.Blocks,
                    blockBytes = node.BlockBytes,
                    diskBytes = node.DiskBytes,
                    freeBytes = node.FreeBytes,
                    reads = node.Reads,
                    bytesSent = node.BytesSent,
                    uploads = node.Uploads,
                    bytesReceived = node.BytesReceived,
                    cacheMisses = node.Retrieval.CacheMisses,
                    cacheMissesHandled = node.Retrieval.CacheMissesHandled,
                    cacheMissesFailed = node.Retrieval.CacheMissesFailed,
                    totalBytesRetrieved = node.Retrieval.TotalBytesRetrieved,
                    averageRetrieveTimeMs = node.Retrieval.AverageRetrieveTime.TotalMilliseconds,
                    successRate = node.Retrieval.SuccessRate,
                    peers = node.Exchange.Peers,
                    bytesSentToPeers = node.Exchange.BytesSent,
                });
        }

        foreach (var silent in stats.Silent)
            output.Write($"node       {silent.Node} does not answer", new { node = silent.Node.ToString(), silent = true });
    }
}
