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
        cli.SetAction(command, (client, _, output, cancellationToken) => WriteAsync(client, output, cancellationToken));
        return command;
    }

    public static async Task WriteAsync(IIpfsKitClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var stats = await client.GetStatsAsync(cancellationToken);
        var addresses = (await client.ListNodesAsync(cancellationToken)).ToDictionary(node => node.Node, node => node.Libp2pAddresses);
        foreach (var node in stats.Nodes)
        {
            var listens = addresses.GetValueOrDefault(node.Node, []);
            output.Write(
                $"""
                node       {node.Node}, up since {node.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}
                listens    {string.Join(' ', listens)}
                roots      {node.Roots}, {node.Pins} pinned
                blocks     {node.Blocks}, {Sizes.Format(node.BlockBytes)}; {Sizes.Format(node.DiskBytes)} on disk, {Sizes.Format(node.FreeBytes)} free
                served     {node.Reads} reads, {Sizes.Format(node.BytesSent)}
                received   {node.Uploads} uploads, {Sizes.Format(node.BytesReceived)}
                fetched    {node.Retrieval.CacheMisses} misses, {node.Retrieval.CacheMissesHandled} handled, {node.Retrieval.CacheMissesFailed} failed, {Sizes.Format(node.Retrieval.TotalBytesRetrieved)}
                found      {node.Retrieval.Discovery.ProvidersFound} providers in {node.Retrieval.Discovery.Searches} searches, {node.Retrieval.Discovery.FailedDiscoveries} in vain
                peers      {node.Exchange.Peers}, {Sizes.Format(node.Exchange.BytesSent)} sent
                """,
                new
                {
                    node = node.Node.ToString(),
                    libp2pAddresses = listens.Select(address => address.ToString()),
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
                    searches = node.Retrieval.Discovery.Searches,
                    providersFound = node.Retrieval.Discovery.ProvidersFound,
                    failedDiscoveries = node.Retrieval.Discovery.FailedDiscoveries,
                    peers = node.Exchange.Peers,
                    bytesSentToPeers = node.Exchange.BytesSent,
                });
        }

        foreach (var silent in stats.Silent)
            output.Write($"node       {silent.Node} does not answer", new { node = silent.Node.ToString(), silent = true });
    }
}
