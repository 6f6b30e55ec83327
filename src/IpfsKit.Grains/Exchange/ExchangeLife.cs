using IpfsKit.Bitswap;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Providers;
using IpfsKit.Grains.Transport;

namespace IpfsKit.Grains.Exchange;

/// <summary>Starts and stops what works beside requests in the exchange of content.</summary>
internal sealed class ExchangeLife(
    IpfsNode node, IBitswap bitswap, PartialContent partial, CopyKeeper copies, ProviderReporter providers, FetchOperations fetches, TransportCommands commands, PinnedContent pinned, PeerUsefulness usefulness)
{
    /// <summary>Starts.</summary>
    public void Start()
    {
        partial.Start();
        copies.Start();
        providers.Start();
        usefulness.Start();
        pinned.Start(node.Storage.Catalog);
    }

    /// <summary>Ends fetches first, then what follows from them.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await fetches.StopAsync(cancellationToken);
        await commands.StopAsync(cancellationToken);
        await copies.StopAsync(cancellationToken);
        await usefulness.StopAsync(cancellationToken);
        await pinned.StopAsync(cancellationToken);
        // While the store is open still: what has come is stored.
        if (bitswap is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        await providers.StopAsync(cancellationToken);
        await partial.StopAsync(cancellationToken);
    }
}
