using System.Diagnostics.CodeAnalysis;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Connections;

/// <summary>Makes a connection that carries streams between two known peers out of what a transport gives.</summary>
/// <remarks>
/// <para><b>Steps.</b> Of a raw connection: private network, if there is one; agreement on a security protocol by multistream-select; its handshake; agreement on a muxer, in the handshake or by multistream-select. One that
/// secures itself has its handshake only. What the rest of the node has to say to a connection (<see cref="IConnectionAdmission"/>), the deadline, and that the peer is the expected one, are the same for both.</para>
/// <para><b>Round trips.</b> Who dials with one proposal does not wait for the answer: the proposal goes with the first message of the handshake, and the muxer's with its first frames. With several security protocols the first
/// one alone is proposed in this way when the caller asks for it; the other side's refusal then fails the upgrade with <see cref="NegotiationFailedException"/>, and the caller may dial again and propose all.</para>
/// <para><b>Failures.</b> The connection is closed after each of them, and nothing is left behind. A refusal of the muxer that was proposed alone shows at the first read of the muxed connection.
/// One deadline holds for everything, however slowly the other side sends and reads; when it passes the connection is aborted, whatever the layers above it are doing.</para>
/// Spec: <see href="https://github.com/libp2p/specs/blob/master/connections/README.md#upgrading-connections"/>.
/// </remarks>
internal sealed class ConnectionUpgrader
{
    /// <summary>How much of what the other side sends behind a proposal that is refused is read and dropped, so that it gets the refusal.</summary>
    internal const int MaxLingerBytes = 4096;

    /// <summary>What is reserved while a raw connection is upgraded: the longest message of a handshake, the answer to it, and lines of negotiations.</summary>
    internal const int HandshakeBytes = 32 * 1024;

    private readonly IReadOnlyList<ISecurityProtocol> _securityProtocols;
    private readonly IReadOnlyList<IMuxer> _muxers;
    private readonly IConnectionProtector? _protector;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _timeProvider;
    private readonly string[] _securityIds;
    private readonly string[] _muxerIds;
    private readonly ProtocolMatcher[] _securityTable;
    private readonly ProtocolMatcher[] _muxerTable;

    /// <param name="securityProtocols">Best first; at least one.</param>
    /// <param name="muxers">Best first; at least one.</param>
    /// <param name="protector">The private network; null for the public one.</param>
    /// <param name="timeout">For the whole upgrade.</param>
    /// <param name="timeProvider">The clock.</param>
    public ConnectionUpgrader(
        IReadOnlyList<ISecurityProtocol> securityProtocols, IReadOnlyList<IMuxer> muxers, IConnectionProtector? protector, TimeSpan timeout, TimeProvider timeProvider)
    {
        ArgumentOutOfRangeException.ThrowIfZero(securityProtocols.Count);
        ArgumentOutOfRangeException.ThrowIfZero(muxers.Count);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        _securityProtocols = securityProtocols;
        _muxers = muxers;
        _protector = protector;
        _timeout = timeout;
        _timeProvider = timeProvider;
        _securityIds = [.. securityProtocols.Select(protocol => protocol.Id)];
        _muxerIds = [.. muxers.Select(muxer => muxer.Id)];
        _securityTable = [.. _securityIds.Select(ProtocolMatcher.Exact)];
        _muxerTable = [.. _muxerIds.Select(ProtocolMatcher.Exact)];
    }

    /// <summary>The security protocols and muxers, for identify and for logs.</summary>
    public (IReadOnlyList<string> Security, IReadOnlyList<string> Muxers) Protocols => (_securityIds, _muxerIds);

    /// <summary>Upgrades a connection, in the role that its direction gives.</summary>
    /// <param name="connection">Owned by the result from now on; closed if this fails.</param>
    /// <param name="expectedPeer">Who must be at the other end; null if anybody may be.</param>
    /// <param name="admission">Who may refuse it.</param>
    /// <param name="proposeFirstOnly">Whether an outbound connection proposes the first security protocol only, and so saves a round trip where there are several.</param>
    /// <param name="cancellationToken">Ends it, and the connection.</param>
    /// <exception cref="UpgradeTimeoutException">The deadline has passed.</exception>
    /// <exception cref="NegotiationFailedException">There is no security protocol or muxer in common.</exception>
    /// <exception cref="SecurityHandshakeException">The other side does not follow the security protocol.</exception>
    /// <exception cref="PeerIdMismatchException">Somebody else answered.</exception>
    /// <exception cref="ConnectionClosedException">The connection was lost.</exception>
    public async ValueTask<IMuxedConnection> UpgradeAsync(
        ITransportConnection connection, PeerId? expectedPeer, IConnectionAdmission admission, bool proposeFirstOnly, CancellationToken cancellationToken) =>
        (await TryUpgradeAsync(connection, expectedPeer, admission, proposeFirstOnly, cancellationToken).ConfigureAwait(false)).OrThrow();

    /// <inheritdoc cref="UpgradeAsync"/>
    /// <returns>What <see cref="UpgradeAsync"/> returns or throws.</returns>
    public async ValueTask<Attempt<IMuxedConnection>> TryUpgradeAsync(
        ITransportConnection connection, PeerId? expectedPeer, IConnectionAdmission admission, bool proposeFirstOnly, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var upgrade = new Upgrade(this, connection, expectedPeer, admission, proposeFirstOnly);
        Exception? failure;
        // A layer that waits where it cannot be cancelled ends with the connection under it.
        using (linked.Token.UnsafeRegister(static state => ((ITransportConnection)state!).Abort(), connection))
            failure = await upgrade.RunAsync(linked.Token).ConfigureAwait(false);
        // Now that it can no longer be aborted from here: it may have been.
        if (failure is null && !linked.IsCancellationRequested)
            return new(upgrade.Muxed, null);
        failure ??= new OperationCanceledException(linked.Token);
        var isTimeout = deadline.IsCancellationRequested;
        if (upgrade.IsRefusalSent)
            await upgrade.LingerAsync(linked.Token).ConfigureAwait(false);
        await upgrade.CloseAsync(failure).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
            return new OperationCanceledException(cancellationToken);
        return isTimeout ? new UpgradeTimeoutException(connection.RemoteAddress, _timeout, Describe(upgrade.Stage)) : failure;
    }

    private static string Describe(UpgradeStage stage) => stage switch
    {
        UpgradeStage.PrivateNetwork => "private network's handshake",
        UpgradeStage.SecurityNegotiation => "agreement on a security protocol",
        UpgradeStage.Handshake => "security handshake",
        _ => "agreement on a muxer",
    };

    /// <summary>One upgrade: what there is of the connection at each step.</summary>
    [SuppressMessage("Design", "CA1001", Justification = "What it holds goes to the caller, or is closed by CloseAsync.")]
    private sealed class Upgrade(ConnectionUpgrader owner, ITransportConnection connection, PeerId? expectedPeer, IConnectionAdmission admission, bool proposeFirstOnly)
    {
        private ISecureChannel? _channel;

        // A raw one, with what has been put around it so far.
        private IRawConnection? _raw = connection as IRawConnection;

        public UpgradeStage Stage { get; private set; }

        public IMuxedConnection? Muxed { get; private set; }

        /// <summary>Whether the other side was told that what it proposes is not spoken here. To one that proposed nothing, nothing was said.</summary>
        public bool IsRefusalSent { get; private set; }

        private bool IsDialer => connection.Direction == ConnectionDirection.Outbound;

        /// <summary>Upgrades it.</summary>
        /// <returns>Why it failed; null if it did not, and there is <see cref="Muxed"/>.</returns>
        public ValueTask<Exception?> RunAsync(CancellationToken cancellationToken) => connection switch
        {
            IRawConnection => UpgradeAsync(cancellationToken),
            ISelfSecuredConnection selfSecured => EstablishAsync(selfSecured, cancellationToken),
            _ => throw new InvalidOperationException($"A connection of {connection.RemoteAddress} is neither raw nor secures itself."),
        };

        /// <summary>Waits until the other side has read the refusal and closes, since a reset would overtake it. Within the deadline, and for no more bytes than a first message of a handshake has.</summary>
        public async ValueTask LingerAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[MaxLingerBytes];
            try
            {
                await _raw!.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
                for (var room = buffer.Length; room > 0;)
                {
                    var read = await _raw.ReadAsync(buffer.AsMemory(0, room), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                        return;
                    room -= read;
                }
            }
            catch (Exception exception) when (exception is ConnectionClosedException or OperationCanceledException)
            {
                // Gone, or too slow: either way there is nobody to wait for.
            }
        }

        public async ValueTask CloseAsync(Exception reason)
        {
            connection.Abort();
            if (Muxed is not null)
            {
                Muxed.Abort(reason);
                await Muxed.DisposeAsync().ConfigureAwait(false);
            }
            else if (_channel is not null)
            {
                await _channel.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                await (_raw ?? connection).DisposeAsync().ConfigureAwait(false);
            }
        }

        private async ValueTask<Exception?> UpgradeAsync(CancellationToken cancellationToken)
        {
            if (!admission.Memory.TryReserve(HandshakeBytes, MemoryPriority.Always))
                return new ResourceLimitExceededException("connection", "memory", HandshakeBytes);
            try
            {
                admission.OnConnected(connection);
                if (owner._protector is { } protector)
                    _raw = await protector.ProtectAsync(_raw!, cancellationToken).ConfigureAwait(false);

                Stage = UpgradeStage.SecurityNegotiation;
                var security = await AgreeOnSecurityAsync(_raw!, cancellationToken).ConfigureAwait(false);
                if (!security.HasSucceeded)
                    return security.Failure;

                Stage = UpgradeStage.Handshake;
                _channel = await security.Value.SecureAsync(_raw!, expectedPeer, owner._muxerIds, admission.Memory, cancellationToken).ConfigureAwait(false);
                Admit(_channel.Session);

                Stage = UpgradeStage.MuxerNegotiation;
                var muxer = await AgreeOnMuxerAsync(_channel, cancellationToken).ConfigureAwait(false);
                // What agreed on the muxer may have wrapped the channel.
                Muxed = muxer.Multiplex(_channel, admission.Memory);
                admission.OnUpgraded(Muxed);
                return null;
            }
#pragma warning disable CA1031 // It is returned, and not lost.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                return exception;
            }
            finally
            {
                admission.Memory.Release(HandshakeBytes);
            }
        }

        private async ValueTask<Exception?> EstablishAsync(ISelfSecuredConnection selfSecured, CancellationToken cancellationToken)
        {
            try
            {
                admission.OnConnected(connection);
                if (owner._protector is not null)
                    throw new InvalidOperationException($"A connection of {selfSecured.RemoteAddress} secures itself, and cannot be one of the private network.");
                Stage = UpgradeStage.Handshake;
                Muxed = await selfSecured.EstablishAsync(expectedPeer, admission.Memory, cancellationToken).ConfigureAwait(false);
                Admit(Muxed.Session);
                admission.OnUpgraded(Muxed);
                return null;
            }
#pragma warning disable CA1031 // It is returned, and not lost.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                return exception;
            }
        }

        private void Admit(SecureSession session)
        {
            // Every protocol refuses earlier, so that the other side sees it; that nobody is ever taken for somebody else does not depend on it.
            if (expectedPeer is { } expected && session.RemotePeer != expected)
                throw new PeerIdMismatchException(expected, session.RemotePeer);
            admission.OnSecured(session);
        }

        private async ValueTask<Attempt<ISecurityProtocol>> AgreeOnSecurityAsync(IRawConnection raw, CancellationToken cancellationToken)
        {
            var protocols = owner._securityProtocols;
            if (IsDialer && (protocols.Count == 1 || proposeFirstOnly))
            {
                _raw = new NegotiatedConnection(raw, new MultistreamProposal(protocols[0].Id));
                return new(protocols[0], null);
            }

            var channel = new RawNegotiationChannel(raw);
            if (IsDialer)
                return Find(await MultistreamSelect.SelectAsync(channel, owner._securityIds, cancellationToken).ConfigureAwait(false));
            var agreed = await MultistreamSelect.TryHandleAsync(channel, owner._securityTable, cancellationToken).ConfigureAwait(false);
            IsRefusalSent = !agreed.HasSucceeded && channel.HasWritten;
            return agreed.HasSucceeded ? Find(agreed.Value.Protocol) : agreed.Failure;

            Attempt<ISecurityProtocol> Find(string id) => new(protocols.First(protocol => protocol.Id == id), null);
        }

        private async ValueTask<IMuxer> AgreeOnMuxerAsync(ISecureChannel channel, CancellationToken cancellationToken)
        {
            var muxers = owner._muxers;
            if (channel.Session.Muxer is { } early)
            {
                return muxers.FirstOrDefault(muxer => muxer.Id == early)
                    ?? throw new SecurityHandshakeException(channel.Session.Protocol, $"it agreed on the muxer '{early}', which this side does not speak.");
            }

            if (IsDialer && muxers.Count == 1)
            {
                _channel = new NegotiatedChannel(channel, new MultistreamProposal(muxers[0].Id));
                return muxers[0];
            }

            var negotiation = new SecureNegotiationChannel(channel);
            var agreed = IsDialer
                ? await MultistreamSelect.SelectAsync(negotiation, owner._muxerIds, cancellationToken).ConfigureAwait(false)
                : (await MultistreamSelect.HandleAsync(negotiation, owner._muxerTable, cancellationToken).ConfigureAwait(false)).Protocol;
            _channel = negotiation.Detach();
            return muxers.First(muxer => muxer.Id == agreed);
        }
    }
}
