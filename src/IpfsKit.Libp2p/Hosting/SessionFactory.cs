using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Makes sessions out of the connections of transports, and runs them.</summary>
internal sealed class SessionFactory(
    PeerId self, ConnectionUpgrader upgrader, IConnectionGater gater, Swarm swarm, StreamOpener opener, StreamRouter router, TimeProvider timeProvider, Libp2pInstruments instruments,
    ILogger<SessionFactory> logger)
{
    private readonly TaskTracker _running = new(logger);

    /// <summary>Upgrades a connection and adds it to the swarm.</summary>
    /// <param name="connection">Owned by the session from now on; closed if this fails.</param>
    /// <param name="expectedPeer">Who must be there.</param>
    /// <param name="scope">Owned by the session if this succeeds; the caller's if not.</param>
    /// <param name="proposeFirstOnly">Whether the first security protocol is proposed alone, without waiting for the answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Session> CreateAsync(ITransportConnection connection, PeerId? expectedPeer, ConnectionScope scope, bool proposeFirstOnly, CancellationToken cancellationToken) =>
        (await TryCreateAsync(connection, expectedPeer, scope, proposeFirstOnly, cancellationToken).ConfigureAwait(false)).OrThrow();

    /// <inheritdoc cref="CreateAsync"/>
    public async Task<Attempt<Session>> TryCreateAsync(ITransportConnection connection, PeerId? expectedPeer, ConnectionScope scope, bool proposeFirstOnly, CancellationToken cancellationToken)
    {
        using var activity = Libp2pInstruments.Activities.StartActivity("libp2p.upgrade");
        activity.SetDirection(connection.Direction);
        var started = timeProvider.GetTimestamp();
        var admission = new ConnectionAdmission(self, gater, scope, instruments);
        var (muxed, failure) = await upgrader.TryUpgradeAsync(connection, expectedPeer, admission, proposeFirstOnly, cancellationToken).ConfigureAwait(false);
        Session? session = null;
        if (muxed is not null)
        {
            activity.SetPeer(muxed.Session.RemotePeer);
            session = new Session(muxed, scope, opener, timeProvider, logger);
            if (!_running.TryRun(() => RunAsync(session)))
            {
                muxed.Abort();
                await muxed.DisposeAsync().ConfigureAwait(false);
                failure = new ConnectionClosedException("The host has been stopped.");
            }
        }

        var outcome = Outcomes.Of(failure, cancellationToken.IsCancellationRequested);
        activity.SetOutcome(outcome, failure);
        instruments.Upgraded(connection.Direction, timeProvider.GetElapsedTime(started), outcome);
        return new(session, failure);
    }

    /// <summary>Makes no more sessions. Completes when the last one has ended.</summary>
    public Task WhenEndedAsync() => _running.CloseAsync();

    private async Task RunAsync(Session session)
    {
        var isAdded = swarm.TryAdd(session);
        if (!isAdded)
            session.Abort();
        var streams = router.RunAsync(session);
        await session.Connection.Closed.ConfigureAwait(false);
        try
        {
            // At once, so that nobody opens streams on it.
            var told = isAdded ? swarm.RemoveAsync(session) : Task.CompletedTask;
            await session.EndAsync().ConfigureAwait(false);
            await streams.ConfigureAwait(false);
            await told.ConfigureAwait(false);
            instruments.ConnectionEnded(session.Direction, timeProvider.GetUtcNow() - session.Opened);
        }
        finally
        {
            // Whatever went wrong: there are those who wait for it without an end.
            session.SetClosed();
        }
    }
}
