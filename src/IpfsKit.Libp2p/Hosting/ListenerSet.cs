using System.Diagnostics.CodeAnalysis;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The listeners of the host: takes connections and upgrades them. The transient scope bounds how many are being upgraded.</summary>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync disposes it.")]
internal sealed partial class ListenerSet(
    IReadOnlyList<ITransport> transports, SessionFactory sessions, ResourceManager resources, AddressManager addresses, TimeProvider timeProvider, ILogger<ListenerSet> logger)
{
    // How often the machine is asked whether its addresses have changed.
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskTracker _upgrades = new(logger);
    private readonly List<(ITransport Transport, ITransportListener Listener, ListenerScope Scope)> _listeners = [];
    private readonly List<Task> _loops = [];

    /// <summary>Begins to listen.</summary>
    /// <exception cref="ListenFailedException">One of the addresses cannot be listened on; none is then.</exception>
    /// <exception cref="ResourceLimitExceededException">There are not enough descriptors for all of them; none is listened on.</exception>
    public async Task StartAsync(IEnumerable<Multiaddr> listenAddresses, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var address in listenAddresses)
                await ListenAsync(address, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }

        Refresh();
        _loops.AddRange(_listeners.Select(item => AcceptAsync(item.Transport, item.Listener)));
        _loops.Add(RefreshAsync());
    }

    /// <summary>Listens no longer, and gives up what is being upgraded.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        await Task.WhenAll(_loops).ConfigureAwait(false);
        await _upgrades.CloseAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task ListenAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        var transport = transports.FirstOrDefault(transport => transport.CanListen(address)) ?? throw new ListenFailedException(address, "there is no transport for it.");
        var scope = resources.OpenListener(usesDescriptor: address.GetIPAddress() is not null);
        try
        {
            var listener = await transport.ListenAsync(address, cancellationToken).ConfigureAwait(false);
            _listeners.Add((transport, listener, scope));
            LogListening(logger, listener.Address);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        foreach (var (_, listener, scope) in _listeners)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            scope.Dispose();
        }

        _listeners.Clear();
    }

    private void Refresh() => addresses.SetListeners(_listeners.Select(item => item.Listener.Address));

    private async Task RefreshAsync()
    {
        using var timer = new PeriodicTimer(RefreshInterval, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
                Refresh();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task AcceptAsync(ITransport transport, ITransportListener listener)
    {
        try
        {
            while (await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false) is { } connection)
            {
                if (!TryAdmit(transport, connection, out var scope) || !_upgrades.TryRun(() => UpgradeAsync(connection, scope)))
                {
                    scope?.Dispose();
                    connection.Abort();
                    await connection.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
#pragma warning disable CA1031 // A listener that fails must be known of, and the others go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogListenerFailed(logger, listener.Address, e);
        }
    }

    private bool TryAdmit(ITransport transport, ITransportConnection connection, [NotNullWhen(true)] out ConnectionScope? scope)
    {
        Exception? refusal;
        (scope, refusal) = resources.TryOpenConnection(ConnectionDirection.Inbound, connection.RemoteAddress.GetIPAddress(), transport.UsesDescriptor(connection.RemoteAddress));
        if (scope is not null)
            return true;
        LogNotUpgraded(logger, connection.RemoteAddress, refusal!);
        return false;
    }

    private async Task UpgradeAsync(ITransportConnection connection, ConnectionScope scope)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var session = await sessions.TryCreateAsync(connection, null, scope, proposeFirstOnly: false, _stopping.Token).ConfigureAwait(false);
            if (session.HasSucceeded)
                return;
            scope.Dispose();
            LogNotUpgraded(logger, connection.RemoteAddress, session.Failure);
        }
#pragma warning disable CA1031 // Whatever a stranger makes fail costs the stranger's connection and nothing else.
        catch (Exception e)
#pragma warning restore CA1031
        {
            scope.Dispose();
            LogNotUpgraded(logger, connection.RemoteAddress, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Listening on {Address}.")]
    private static partial void LogListening(ILogger logger, Multiaddr address);

    [LoggerMessage(Level = LogLevel.Error, Message = "The listener on {Address} has failed; nobody can connect there any more.")]
    private static partial void LogListenerFailed(ILogger logger, Multiaddr address, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection from {Address} was not taken.")]
    private static partial void LogNotUpgraded(ILogger logger, Multiaddr address, Exception exception);
}
