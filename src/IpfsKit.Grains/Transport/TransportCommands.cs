using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Replication;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Transport;

/// <summary>Does what content grains have told this silo to do, beside everything else, and reports.</summary>
/// <remarks>A report that does not arrive is repeated a few times; after that the content grain finds out when it gives the command again.</remarks>
internal sealed partial class TransportCommands(
    IpfsNode node, Replicator replicator, HeldRoots held, PeerDirectory peers, IGrainFactory grains, ILogger<TransportCommands> logger)
{
    /// <summary>The most commands that are under way; further ones are reported as failed.</summary>
    public const int MaxCommands = 1024;

    private const int ReportAttempts = 3;
    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, CancellationTokenSource> _running = [];
    private bool _isStopped;
    private Task _all = Task.CompletedTask;

    /// <summary>How many are under way.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _running.Count;
        }
    }

    /// <inheritdoc cref="ITransportGrainService.BeginHoldAsync"/>
    public void BeginHold(Guid operationId, HoldRequest request) => Begin(operationId, request.Root, cancellationToken => replicator.HoldAsync(request, cancellationToken));

    /// <inheritdoc cref="ITransportGrainService.BeginDropAsync"/>
    public void BeginDrop(Guid operationId, Cid root, long revision) => Begin(operationId, root, async cancellationToken =>
    {
        await held.DropAsync(root, revision, cancellationToken);
        await grains.GetContentHolder(root).DroppedAsync(node.PeerId, cancellationToken);
    });

    /// <inheritdoc cref="ITransportGrainService.BeginConnectAsync"/>
    public void BeginConnect(Guid operationId, Cid root, Multiaddr address) => Begin(operationId, root, cancellationToken => peers.ConnectAsync(address, cancellationToken));

    /// <inheritdoc cref="ITransportGrainService.CancelAsync"/>
    public void Cancel(Guid operationId)
    {
        lock (_lock)
            _running.GetValueOrDefault(operationId)?.Cancel();
    }

    /// <summary>Takes no more, cancels what is under way and waits for it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task all;
        lock (_lock)
        {
            _isStopped = true;
            foreach (var running in _running.Values)
                running.Cancel();
            all = _all;
        }

        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Begin(Guid operationId, Cid root, Func<CancellationToken, Task> command)
    {
        lock (_lock)
        {
            if (_isStopped || _running.ContainsKey(operationId))
                return;
            // Not disposed: it has neither a timer nor a parent, and may be cancelled late.
            var source = new CancellationTokenSource();
            var run = RunAsync(operationId, root, _running.Count < MaxCommands ? command : _ => throw new NodeBusyException("Too many commands at once.", ReportPause), source.Token);
            _running.Add(operationId, source);
            _all = _all.IsCompleted ? run : Task.WhenAll(_all, run);
        }
    }

    private async Task RunAsync(Guid operationId, Cid root, Func<CancellationToken, Task> command, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        string? failure = null;
        try
        {
            await command(cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is, it is told to who gave the command.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e.Message;
            LogFailed(logger, root, e);
        }

        await ReportAsync(operationId, root, new TransportOutcome { Node = node.PeerId, Failure = failure });
        lock (_lock)
            _running.Remove(operationId);
    }

    private async Task ReportAsync(Guid operationId, Cid root, TransportOutcome outcome)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await grains.GetContentHolder(root).ReportAsync(operationId, outcome);
                return;
            }
#pragma warning disable CA1031 // Logged; the command can be given again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (attempt == ReportAttempts || _isStopped)
                {
                    LogNotReported(logger, root, e);
                    return;
                }
            }

            await Task.Delay(ReportPause);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A command of the content grain of {Root} failed.")]
    private static partial void LogFailed(ILogger logger, Cid root, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The content grain of {Root} was not told what became of its command.")]
    private static partial void LogNotReported(ILogger logger, Cid root, Exception exception);
}
