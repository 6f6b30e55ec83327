using System.Diagnostics.CodeAnalysis;
using IpfsKit.Bitswap.Client;
using IpfsKit.Bitswap.Network;
using IpfsKit.Bitswap.Server;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IpfsKit.Bitswap.Hosting;

/// <summary>Makes bitswap out of services.</summary>
internal static class BitswapFactory
{
    /// <summary>The exchange, started.</summary>
    /// <exception cref="InvalidOperationException">There is no block store.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The exchange owns its parts.")]
    public static BitswapExchange Create(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<BitswapOptions>>().Value;
        var store = provider.GetService<IBlockStore>()
            ?? throw new InvalidOperationException("Bitswap serves blocks from a store and writes those that it fetches to it, and there is none: register an IBlockStore.");
        var (time, observer) = (provider.GetRequiredService<TimeProvider>(), provider.GetService<IFetchObserver>());
        var loggers = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var instruments = provider.GetRequiredService<BitswapInstruments>();
        var host = provider.GetRequiredService<ILibp2pHost>();
        var network = new BitswapNetwork(host, options.Network, time, instruments.Network, observer, loggers.CreateLogger<BitswapNetwork>());
        var server = new BitswapServer(network, store, provider.GetService<IServePolicy>(), options.Server, time, loggers.CreateLogger<BitswapServer>(), instruments.Server);
        var client = new BitswapClient(
            network, store, provider.GetService<IProviderFinder>(), observer, options.Client, time, loggers.CreateLogger<BitswapClient>(), instruments.Client,
            stored => server.NotifyNewBlocks([.. stored.Select(block => block.Cid)]),
            // Silos of one cluster protect their connections with each other.
            peer => host.ConnectionManager.IsProtected(peer));
        var exchange = new BitswapExchange(network, client, server, instruments.Network);
        exchange.Start();
        return exchange;
    }
}
