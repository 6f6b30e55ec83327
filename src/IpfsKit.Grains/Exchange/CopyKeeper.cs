using System.Threading.Channels;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Exchange;

/// <summary>Tells content grains what came of reads of their roots through this silo: who delivered, and that this silo holds the root too once all of it is here.</summary>
/// <remarks>One root at a time, in the background. When more wait than there are places, the oldest is dropped; the next read of it comes again.</remarks>
internal sealed partial class CopyKeeper(
    IpfsNode node, ContentRegistrar registrar, IGrainFactory grains, ILibp2pHost host, Siblings siblings, ILogger<CopyKeeper> logger) : IAsyncDisposable
{
    /// <summary>The most roots that wait to be looked at.</summary>
    public const int MaxWaiting = 256;

    private readonly Channel<FetchedContent> _waiting = Channel.CreateBounded<FetchedContent>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly CancellationTokenSource _stopping = new();
    private Task? _run;

    /// <summary>Begins.</summary>
    public void Start() => _run ??= RunAsync(_stopping.Token);

    /// <summary>A root was read.</summary>
    public void Add(FetchedContent content) => _waiting.Writer.TryWrite(content);

    /// <summary>Ends after the root that is being looked at.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (_run is not null)
            await _run.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    /// <summary>The peers outside of the cluster among those who sent something, as content grains remember them.</summary>
    public IReadOnlyList<ProviderHint> ToHints(IEnumerable<PeerId> senders) =>
    [
        .. senders.Where(peer => !siblings.Contains(peer)).Take(ProviderHints.MaxProviders)
            .Select(peer => new ProviderHint { Peer = peer, Addresses = [.. host.PeerStore.GetAddresses(peer).Take(ProviderHints.MaxAddresses)] }),
    ];

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await foreach (var content in _waiting.Reader.ReadAllAsync(cancellationToken))
                await TellAsync(content, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task TellAsync(FetchedContent content, CancellationToken cancellationToken)
    {
        var root = content.Sources.Root;
        try
        {
            if (ToHints(content.Senders) is { Count: > 0 } hints)
                await grains.GetContentHolder(root).AddProvidersAsync(hints, cancellationToken);
            if (!content.Sources.WholeDag || content.Sources.Holders.Contains(node.PeerId))
                return;
            await content.Session.FlushAsync(cancellationToken);
            await using var ingest = registrar.Begin();
            if (!await LocalDag.IsCompleteAsync(ingest.Blocks, root, cancellationToken))
                return;
            var sources = content.Sources;
            await ingest.AcknowledgeAsync(new StoredRoot { Root = root, SizeBytes = sources.SizeBytes, DagBytes = sources.DagBytes, Blocks = sources.Blocks }, sources.Epoch, cancellationToken);
            LogCopied(logger, root);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotTold(logger, root, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "All of {Root} has been read through this silo, which holds it from now on.")]
    private static partial void LogCopied(ILogger logger, Cid root);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The content grain of {Root} was not told what was read of it through this silo.")]
    private static partial void LogNotTold(ILogger logger, Cid root, Exception exception);
}
