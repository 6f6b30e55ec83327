using System.Collections.Frozen;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Exchange;

/// <summary>Keeps this silo connected with the others of its cluster, so that content moves between them by bitswap. Their connections are never trimmed.</summary>
/// <remarks>Its clock is the machine's: connections are made in its time.</remarks>
internal sealed partial class SiblingConnector : IAsyncDisposable
{
    private const string Tag = "ipfskit.cluster";

    private readonly ILibp2pHost _host;
    private readonly ClusterNodes _nodes;
    private readonly Siblings _siblings;
    private readonly ILogger _logger;
    private readonly BackgroundLoop _loop;

    public SiblingConnector(ILibp2pHost host, ClusterNodes nodes, Siblings siblings, IOptions<IpfsKitOptions> options, ILogger<SiblingConnector> logger)
    {
        (_host, _nodes, _siblings, _logger) = (host, nodes, siblings, logger);
        _loop = new BackgroundLoop("The connector of silos", options.Value.Exchange.SiblingInterval, TimeProvider.System, logger);
    }

    /// <summary>Begins, with the silos that are known now.</summary>
    public void Start() => _loop.Start(ConnectAsync, atOnce: true);

    /// <summary>Ends; connections stay.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _loop.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>Connects with all who are not connected yet, and lets go of those who have left.</summary>
    internal async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var others = _nodes.List().Skip(1).Where(node => node.Libp2pAddresses.Count > 0).ToArray();
        var before = _siblings.Peers;
        _siblings.Peers = others.Select(node => node.Node).ToFrozenSet();
        foreach (var gone in before.Where(peer => !_siblings.Contains(peer)))
            _host.ConnectionManager.Unprotect(gone, Tag);
        foreach (var node in others)
        {
            _host.ConnectionManager.Protect(node.Node, Tag);
            _host.PeerStore.AddAddresses(node.Node, node.Libp2pAddresses, Timeout.InfiniteTimeSpan);
        }

        await Task.WhenAll(others.Where(node => !_host.IsConnected(node.Node)).Select(node => ConnectAsync(node, cancellationToken)));
    }

    private async Task ConnectAsync(NodeInfo node, CancellationToken cancellationToken)
    {
        try
        {
            await _host.ConnectAsync(new PeerInfo(node.Node, node.Libp2pAddresses), cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // It may be starting still, or stopping already; the next round tries again.
            LogNotConnected(_logger, node.Node, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Silo {PeerId} cannot be reached over libp2p: {Reason}")]
    private static partial void LogNotConnected(ILogger logger, PeerId peerId, string reason);
}
