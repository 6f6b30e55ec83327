using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IpfsKit.Bitswap.Hosting;

/// <summary>Starts bitswap before the libp2p host listens, so that no peer meets a host without it, and stops it before that host stops.</summary>
internal sealed class HostedBitswap(IServiceProvider provider) : IHostedLifecycleService
{
    private BitswapExchange? _exchange;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _exchange = provider.GetRequiredService<BitswapExchange>();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_exchange is not null)
            await _exchange.DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
