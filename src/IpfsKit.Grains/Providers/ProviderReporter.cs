using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Providers;

/// <summary>Reports how peers behaved to their grains, now and then, a bounded number at a time.</summary>
internal sealed partial class ProviderReporter(
    ProviderAggregator aggregator, ILibp2pHost host, IGrainFactory grains, IOptions<IpfsKitOptions> options, TimeProvider time, ILogger<ProviderReporter> logger) : IAsyncDisposable
{
    private const int MaxConcurrentReports = 16;

    private readonly BackgroundLoop _loop = new("The reporter of providers", options.Value.Exchange.ProviderReportInterval, time, logger);

    /// <summary>Begins.</summary>
    public void Start() => _loop.Start(FlushAsync);

    /// <summary>Ends, and reports what there is.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _loop.StopAsync(cancellationToken);
        if (!cancellationToken.IsCancellationRequested)
            await FlushAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>Reports what there is.</summary>
    internal Task FlushAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        aggregator.Drain(),
        new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentReports, CancellationToken = cancellationToken },
        async (entry, token) =>
        {
            try
            {
                var report = entry.Report.Successes == 0 ? entry.Report : entry.Report with { Addresses = [.. host.PeerStore.GetAddresses(entry.Peer).Take(ProviderHints.MaxAddresses)] };
                await grains.GetGrain<IProviderReportGrain>(entry.Peer.ToString()).ReportAsync(report, token);
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                // An average does without one of its terms.
                LogNotReported(logger, entry.Peer, e);
            }
        });

    [LoggerMessage(Level = LogLevel.Warning, Message = "How {PeerId} behaved was not written down.")]
    private static partial void LogNotReported(ILogger logger, PeerId peerId, Exception exception);
}
