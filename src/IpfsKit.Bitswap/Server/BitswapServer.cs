using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Server;

/// <summary>Gives peers the blocks that they want and that are here. Thread-safe.</summary>
/// <remarks>
/// <para><b>How it works.</b> <see cref="OnWantlist"/> writes down what a peer wants and returns. Lookup workers ask the policy and the store in batches. What is here gets in line; send workers take what
/// <see cref="SendScheduler"/> says is next, read its blocks and hand them to the network without waiting for the peer: who does not read holds up nobody but itself. What is not here stays in the peer's
/// wantlist and is answered when <see cref="NotifyNewBlocks"/> says that it came; nothing is ever fetched for a peer.</para>
/// <para><b>Bounds.</b> Wants for each peer, workers, messages and bytes that are under way to each peer and to all; see <see cref="BitswapServerOptions"/>. What a peer has made grow ends when it leaves.</para>
/// <para><b>Asked again.</b> A want is the same as one that is there until its answer was sent; after that it is a new one, and answered anew. There is no time during which a block is not sent again: a peer that asks again after it
/// was answered has lost the answer, and would wait in vain (Helia has such a time of five seconds, boxo has none). What was cancelled, or left out of a full list, is new too, even if the block is just on its way. Said again in the last
/// second before the answer is in the connection's buffer, other than in a full list, it is new as well: the peer may have had the answer before this node knew that it was sent.</para>
/// <para>Spec: <see href="https://specs.ipfs.tech/bitswap-protocol/"/>.</para>
/// </remarks>
internal sealed partial class BitswapServer : IAsyncDisposable
{
    private readonly IBitswapNetwork _network;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ServerInstruments _instruments;
    private readonly DecisionEngine _engine;
    private readonly LedgerTable _ledgers;
    private readonly BlockLookup _lookup;
    private readonly EnvelopeReader _reader;
    private readonly WorkerPool _lookups;
    private readonly WorkerPool _sends;
    private readonly ITimer _retry;
    private readonly Lock _takeLock = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _deliveries = 1;
    private int _isDisposed;
    private long _blocksSent;
    private long _bytesSent;
    private long _messagesSent;

    /// <summary>Makes a server; <see cref="Start"/> begins to serve.</summary>
    public BitswapServer(
        IBitswapNetwork network,
        IBlockStore store,
        IServePolicy? policy,
        BitswapServerOptions options,
        TimeProvider time,
        ILogger<BitswapServer> logger,
        ServerInstruments instruments)
    {
        (_network, _time, _logger, _instruments) = (network, time, logger, instruments);
        _engine = new DecisionEngine(options, time, instruments);
        _ledgers = new LedgerTable(options.MaxDepartedLedgers);
        _lookup = new BlockLookup(store, new ServeRules(options, policy), logger);
        _reader = new EnvelopeReader(store, logger);
        _lookups = new WorkerPool(options.LookupWorkers, LookAsync);
        _sends = new WorkerPool(options.SendWorkers, SendNextAsync);
        _retry = time.CreateTimer(static server => ((BitswapServer)server!)._sends.Signal(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        instruments.Observe(() => _engine.WantCount, () => _engine.OutstandingBytes);
    }

    /// <summary>Blocks that were sent.</summary>
    public long BlocksSent => Volatile.Read(ref _blocksSent);

    /// <summary>Their bytes.</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>Messages that were sent.</summary>
    public long MessagesSent => Volatile.Read(ref _messagesSent);

    /// <summary>The state, for tests.</summary>
    internal DecisionEngine Engine => _engine;

    /// <summary>The accounts, for tests.</summary>
    internal LedgerTable Ledgers => _ledgers;

    /// <summary>Whether nothing is done at the moment; messages that the network has do not count.</summary>
    internal bool IsIdle
    {
        get
        {
            // Loops of one kind wake those of the other: nothing may have begun between the two looks.
            var begun = _lookups.Begun + _sends.Begun;
            return _lookups.Running + _sends.Running == 0 && _lookups.Begun + _sends.Begun == begun;
        }
    }

    /// <summary>Begins to serve the peers that are here and those that come.</summary>
    public void Start()
    {
        _network.PeerJoined += OnJoined;
        _network.PeerLeft += OnLeft;
        foreach (var peer in _network.Peers)
            OnJoined(peer);
    }

    /// <inheritdoc cref="IMessageSink.OnWantlist"/>
    /// <remarks>Returns at once. Wants of a peer that has not joined, or has left, are ignored.</remarks>
    public void OnWantlist(PeerId peer, IReadOnlyList<WantlistEntry> entries, bool isFull)
    {
        if (_engine.Apply(peer, entries, isFull))
            _lookups.Signal();
    }

    /// <summary>A peer sent blocks, wanted or not: for its ledger.</summary>
    public void OnReceived(PeerId peer, long bytes, int blocks = 1) => _ledgers.Received(peer, bytes, blocks);

    /// <inheritdoc cref="IBitswap.NotifyNewBlocks"/>
    public void NotifyNewBlocks(IReadOnlyList<Cid> cids)
    {
        if (_engine.Notify(cids))
            _lookups.Signal();
    }

    /// <inheritdoc cref="IBitswap.GetLedger"/>
    public BitswapLedger? GetLedger(PeerId peer) => _ledgers.Get(peer);

    /// <inheritdoc cref="IBitswap.GetWantlist"/>
    public IReadOnlyList<Cid> GetWantlist(PeerId peer) => _engine.WantlistOf(peer);

    /// <summary>Serves nobody any more; aborts what is on its way and waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _network.PeerJoined -= OnJoined;
        _network.PeerLeft -= OnLeft;
        await _stopped.CancelAsync().ConfigureAwait(false);
        var closed = Task.WhenAll(_lookups.CloseAsync(), _sends.CloseAsync());
        Abort(_engine.Underway());
        await closed.ConfigureAwait(false);
        Abort(_engine.Underway());
        EndDelivery();
        await _drained.Task.ConfigureAwait(false);
        await _retry.DisposeAsync().ConfigureAwait(false);
        _stopped.Dispose();
    }

    private void OnJoined(BitswapPeer peer)
    {
        _ledgers.Join(peer.Id);
        _engine.Join(peer.Id, peer.Version.HasPresences());
    }

    private void OnLeft(BitswapPeer peer)
    {
        Abort(_engine.Leave(peer.Id));
        _ledgers.Leave(peer.Id);
    }

    private static void Abort(IReadOnlyList<Envelope> envelopes)
    {
        foreach (var envelope in envelopes)
            envelope.Abort();
    }

    private async ValueTask<bool> LookAsync()
    {
        var batch = new List<Want>();
        var notifications = _engine.TakeAsked(batch, BlockLookup.MaxBatch);
        if (batch.Count == 0)
            return false;
        var findings = new Finding[batch.Count];
        await _lookup.LookAsync(batch, findings, _stopped.Token).ConfigureAwait(false);
        _engine.Resolve(batch, findings, notifications);
        _sends.Signal();
        return true;
    }

    private async ValueTask<bool> SendNextAsync()
    {
        if (TakeNext() is not { } envelope)
            return false;
        Interlocked.Increment(ref _deliveries);
        var message = await _reader.ReadAsync(envelope, envelope.Aborted).ConfigureAwait(false);
        // Not awaited, so that the worker is free while the peer reads; DisposeAsync waits for it.
        _ = DeliverAsync(envelope, message);
        return true;
    }

    private Envelope? TakeNext()
    {
        Envelope? envelope, stalled;
        // One at a time, so that the timer is set by who looked last.
        lock (_takeLock)
        {
            envelope = _engine.TryTake(out var retryIn, out stalled);
            if (envelope is null && retryIn != Timeout.InfiniteTimeSpan)
                _retry.Change(retryIn, Timeout.InfiniteTimeSpan);
        }

        if (stalled is not null)
        {
            LogStalled(_logger, stalled.Peer.Id, stalled.Bytes);
            stalled.Abort();
        }

        return envelope;
    }

    private async Task DeliverAsync(Envelope envelope, OutboundMessage message)
    {
        var (isSent, aborted) = (false, envelope.Aborted);
        try
        {
            if (!message.IsEmpty)
                await _network.SendAsync(envelope.Peer.Id, message, MessageLane.Responses, aborted).ConfigureAwait(false);
            isSent = true;
            Book(envelope, message);
        }
        catch (Exception exception) when (exception is Libp2pException or TimeoutException or OperationCanceledException)
        {
            _instruments.Failed(aborted.IsCancellationRequested ? "aborted" : exception is TimeoutException ? "timeout" : "failed");
            LogSendFailed(_logger, exception, envelope.Peer.Id);
        }
        catch (Exception exception)
        {
            _instruments.Failed("failed");
            LogSendBroke(_logger, exception, envelope.Peer.Id);
        }
        finally
        {
            message.Dispose();
            envelope.Dispose();
            if (_engine.Finish(envelope, isSent))
                _lookups.Signal();
            _sends.Signal();
            EndDelivery();
        }
    }

    private void Book(Envelope envelope, OutboundMessage message)
    {
        if (message.IsEmpty)
            return;
        Interlocked.Increment(ref _messagesSent);
        if (message.Presences.Count > 0)
        {
            var haves = message.Presences.Count(presence => presence.IsHere);
            _instruments.Told(haves, message.Presences.Count - haves);
        }

        if (message.Blocks.Count == 0)
            return;
        var serviceClass = (ServiceClass)envelope.Lane;
        var bytes = 0L;
        foreach (var item in envelope.Items)
        {
            bytes += item.SentBytes;
            if (item.SentBytes > 0)
                _instruments.Waited(serviceClass, _time.GetElapsedTime(item.Want.AskedAt));
        }

        Interlocked.Add(ref _blocksSent, message.Blocks.Count);
        Interlocked.Add(ref _bytesSent, bytes);
        _instruments.Sent(serviceClass, message.Blocks.Count, bytes);
        _ledgers.Sent(envelope.Peer.Id, bytes, message.Blocks.Count);
    }

    private void EndDelivery()
    {
        if (Interlocked.Decrement(ref _deliveries) == 0)
            _drained.TrySetResult();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A message of {Bytes} bytes to {PeerId} was given up: it had been under way for too long, and others needed its room.")]
    private static partial void LogStalled(ILogger logger, PeerId peerId, long bytes);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A message to {PeerId} could not be sent.")]
    private static partial void LogSendFailed(ILogger logger, Exception exception, PeerId peerId);

    [LoggerMessage(Level = LogLevel.Error, Message = "A message to {PeerId} could not be sent, for a reason that the network should not have.")]
    private static partial void LogSendBroke(ILogger logger, Exception exception, PeerId peerId);
}
