using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Client;

/// <summary>Fetches blocks from peers: makes sessions, and gives what comes from peers to those who wait for it.</summary>
/// <remarks>
/// <para><b>Wants</b> are keyed by multihash and shared by all sessions: a block that two sessions wait for is asked for once (<see cref="BlockWant"/>). What is asked of whom is in the <see cref="AskBook"/>; each peer is told in as few messages
/// as possible (<see cref="PeerWants"/>).</para>
/// <para><b>Blocks.</b> Those of a peer of which nothing is wanted are dropped unhashed. All others are hashed on the thread pool (<see cref="BlockVerifier"/>), handed to those who wait, and stored behind them
/// (<see cref="StoreBehind"/>). Between the network and the store a bounded number of bytes is held: beyond, peers are read from no further.</para>
/// <para><b>Lock.</b> One gate guards all of it (<see cref="ClientGate"/>).</para>
/// <para><b>Discrepancies</b> from boxo: want-blocks go out lazily, as a window per peer has room, and not all at once; a late answer is taken as long as nobody else was asked.</para>
/// </remarks>
internal sealed partial class BitswapClient : IAsyncDisposable
{
    /// <summary>A timer that rings so late says that the process could do nothing else in time either, so that nothing can be held against peers.</summary>
    private const double OverloadSeconds = 0.05;

    private readonly ClientParts _parts;
    private readonly Func<PeerId, bool> _isPreferred;
    private readonly StoreBehind _behind;
    private readonly BlockVerifier _verifier;
    private readonly TaskTracker _tasks;
    private readonly TaskTracker _sends;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Dictionary<Multihash, BlockWant> _wants = [];
    private readonly Dictionary<PeerId, ClientPeer> _peers = [];
    private readonly PeerEstimateTable _estimates = new();
    private readonly List<BitswapSession> _sessions = [];
    private readonly HashSet<BitswapSession> _dirty = [];
    private readonly PeerMonitor _monitor;
    private bool _isStopped;

    /// <summary>Makes a client, which is told of peers by the network from now on.</summary>
    /// <param name="network">The ways to peers; stays the caller's.</param>
    /// <param name="store">Where blocks are looked for first and written to; stays the caller's.</param>
    /// <param name="finder">Who finds providers, if anybody.</param>
    /// <param name="observer">Who learns how peers behave, if anybody.</param>
    /// <param name="options">The bounds, which are valid.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">What is said.</param>
    /// <param name="instruments">What is counted; stays the caller's.</param>
    /// <param name="stored">Told of blocks that are in the store now. Must not throw; the list and the blocks are the client's.</param>
    /// <param name="isPreferred">Which peers belong to us, so that they are asked first. Must be quick.</param>
    public BitswapClient(
        IBitswapNetwork network, IBlockStore store, IProviderFinder? finder, IFetchObserver? observer, BitswapClientOptions options, TimeProvider time, ILogger logger,
        ClientInstruments instruments, Action<IReadOnlyList<Block>>? stored = null, Func<PeerId, bool>? isPreferred = null)
    {
        var (gate, clock) = (new ClientGate { Send = Send }, new ClientClock(time));
        var timer = new ClientTimer(time, OnDue);
        var guarded = observer is null ? null : new GuardedObserver(observer, logger);
        _parts = new ClientParts(network, store, finder, guarded, options, clock, timer, gate, new AskBook(gate, clock, timer, options), new ByteBudget(options.MaxUnstoredBytes), instruments, logger);
        (_tasks, _sends) = (new TaskTracker(logger), new TaskTracker(logger));
        _isPreferred = isPreferred ?? (static _ => false);
        _behind = new StoreBehind(store, _parts.Budget, stored ?? (static _ => { }));
        _verifier = new BlockVerifier(options.Verifiers == 0 ? Environment.ProcessorCount : options.Verifiers, Deliver);
        _monitor = new PeerMonitor(_parts, Observe);
        Reach = new PeerReach(network, logger, OnUnreachable);
        network.PeerJoined += OnPeerJoined;
        network.PeerLeft += OnPeerLeft;
        foreach (var peer in network.Peers)
            OnPeerJoined(peer);
    }

    /// <summary>What is counted.</summary>
    public ClientInstruments Instruments => _parts.Instruments;

    /// <summary>What is wanted from others at the moment.</summary>
    public IReadOnlyList<Cid> Wantlist
    {
        get
        {
            using (_parts.Gate.Enter())
                return [.. _wants.Values.Select(static want => want.Cid)];
        }
    }

    /// <summary>Connects, and searches for providers.</summary>
    internal PeerReach Reach { get; }

    /// <summary>How much of everything there is: nothing of it may stay when nothing is fetched.</summary>
    internal ClientUsage Usage
    {
        get
        {
            using (_parts.Gate.Enter())
                return new ClientUsage(_sessions.Count, _wants.Count, _peers.Values.Sum(static peer => peer.Asks.Count), _peers.Values.Sum(static peer => peer.Late.Count), _parts.Budget.Used, _tasks.Running + _sends.Running);
        }
    }

    /// <summary>Whether it waits for nothing but peers, the clock and its users.</summary>
    /// <param name="waiting">How many connections and searches are under way that others have to end.</param>
    internal bool IsAtRest(int waiting) => !IsHashing && _parts.Budget.Used == 0 && _tasks.Running <= waiting;

    /// <summary>How long until something is due; null if nothing is.</summary>
    internal TimeSpan? UntilDue
    {
        get
        {
            using (_parts.Gate.Enter())
                return double.IsPositiveInfinity(_parts.Timer.Due) ? null : TimeSpan.FromSeconds(Math.Max(0, _parts.Timer.Due - _parts.Clock.Now));
        }
    }

    /// <summary>Whether it hashes or sends.</summary>
    internal bool IsHashing
    {
        get
        {
            using (_parts.Gate.Enter())
                return _sends.Running > 0 || _peers.Values.Any(static peer => peer.IsSending || peer.Verifying > 0);
        }
    }

    /// <summary>Begins to fetch a DAG.</summary>
    /// <exception cref="FetchLimitException">There are too many sessions.</exception>
    public IBitswapSession CreateSession(in Cid root, BitswapSessionOptions? settings = null)
    {
        settings ??= new BitswapSessionOptions();
        if (root.IsDefault)
            throw new ArgumentException("A session needs a CID.", nameof(root));
        if (settings.IdleTimeout < TimeSpan.FromMilliseconds(100) && settings.IdleTimeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(settings), settings.IdleTimeout, "The idle timeout of a session is at least 100 ms.");
        if (settings.NotFoundDelay < TimeSpan.Zero && settings.NotFoundDelay != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(settings), settings.NotFoundDelay, "The delay until a block is not found is not negative.");
        if (settings.MaxBytes < 1)
            throw new ArgumentOutOfRangeException(nameof(settings), settings.MaxBytes, "A session fetches at least one byte.");
        using (_parts.Gate.Enter())
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            if (_sessions.Count >= _parts.Options.MaxSessions)
                throw new FetchLimitException(nameof(BitswapClientOptions.MaxSessions), _parts.Options.MaxSessions);
            var session = new BitswapSession(this, _parts, root, settings);
            _sessions.Add(session);
            _parts.Instruments.OnSession(1);
            return session;
        }
    }

    /// <summary>A block came. Completes when there is room for the next.</summary>
    /// <param name="peer">From whom.</param>
    /// <param name="block">The client's from now on.</param>
    /// <param name="cancellationToken">Ends the wait for room; the block is dropped then.</param>
    public async ValueTask OnBlockAsync(PeerId peer, ReceivedBlock block, CancellationToken cancellationToken)
    {
        var bytes = block.Buffer.Memory.Length;
        ClientPeer? sender;
        using (_parts.Gate.Enter())
        {
            sender = _peers.GetValueOrDefault(peer);
            if (sender is not { IsExpected: true })
            {
                _parts.Instruments.OnUnwanted(bytes);
                Observe(peer, PeerFailure.UnwantedBlock);
                block.Dispose();
                return;
            }
        }

        try
        {
            await _parts.Budget.TakeAsync(ByteBudget.CostOf(bytes), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            block.Dispose();
            throw;
        }

        if (!_verifier.Add(sender, block))
            _parts.Budget.Return(ByteBudget.CostOf(bytes));
    }

    /// <summary>A peer said what it has.</summary>
    public void OnPresences(PeerId peer, IReadOnlyList<BlockPresence> presences)
    {
        using (_parts.Gate.Enter())
        {
            if (!_peers.TryGetValue(peer, out var sender))
                return;
            for (var i = 0; i < presences.Count; i++)
            {
                if (sender.Asks.TryGetValue(presences[i].Cid.Hash, out var ask))
                    _monitor.OnPresence(ask, presences[i].IsHere);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        BitswapSession[] sessions;
        using (_parts.Gate.Enter())
        {
            if (_isStopped)
                return;
            _isStopped = true;
            sessions = [.. _sessions];
        }

        _parts.Network.PeerJoined -= OnPeerJoined;
        _parts.Network.PeerLeft -= OnPeerLeft;
        foreach (var session in sessions)
            await session.DisposeAsync().ConfigureAwait(false);
        await _parts.Timer.DisposeAsync().ConfigureAwait(false);
        await _verifier.CloseAsync().ConfigureAwait(false);
        await _behind.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        // What peers could not be told until now they learn when the connection ends.
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _sends.CloseAsync().ConfigureAwait(false);
        await _tasks.CloseAsync().ConfigureAwait(false);
        _stopped.Dispose();
    }

    /// <summary>A reference to a block that was fetched and is not in the store yet.</summary>
    internal Block? GetUnstored(in Cid cid) => _behind.TryGet(cid);

    /// <summary>Completes when everything that came so far is stored.</summary>
    internal Task FlushAsync(CancellationToken cancellationToken) => _behind.FlushAsync(cancellationToken);

    /// <summary>The want of a block, made if need be. Gate.</summary>
    internal BlockWant WantOf(in Cid cid)
    {
        if (!_wants.TryGetValue(cid.Hash, out var want))
            _wants.Add(cid.Hash, want = new BlockWant(cid.Hash, cid));
        return want;
    }

    /// <summary>A session wants a block no longer; if nobody does, peers are told. Gate.</summary>
    internal void Release(SessionWant want)
    {
        want.Want.Remove(want);
        if (want.Want.FirstSession is not null)
            return;
        _wants.Remove(want.Want.Key);
        _parts.Asks.EndAll(want.Want, null);
    }

    /// <summary>Nobody is asked for a block any more: the sessions find somebody else. Gate.</summary>
    internal static void Reopen(BlockWant want)
    {
        for (var session = want.FirstSession; session is not null; session = session.NextOfWant)
            session.Session.Wants.Requeue(session);
    }

    /// <summary>A session has ended. Gate.</summary>
    internal void Remove(BitswapSession session)
    {
        _sessions.Remove(session);
        _parts.Instruments.OnSession(-1);
    }

    /// <summary>Runs work that the client awaits when it is disposed. That of a client that stops is not begun: its sessions have ended.</summary>
    internal void Run(Func<Task> work) => _tasks.TryRun(work);

    /// <summary>The timer has rung: does what is due, and sets it again.</summary>
    private void OnDue()
    {
        using (_parts.Gate.Enter())
        {
            if (_isStopped)
                return;
            var now = _parts.Clock.Now;
            if (now > _parts.Timer.Due + OverloadSeconds)
                _monitor.OnStalled();
            _parts.Timer.Reset();
            var due = double.PositiveInfinity;
            foreach (var peer in _peers.Values)
            {
                if (peer.NextDue <= now)
                    _monitor.OnDue(peer);
                due = Math.Min(due, peer.NextDue);
            }

            foreach (var session in _sessions)
            {
                if (session.NextDue <= now)
                    session.OnDue();
                due = Math.Min(due, session.NextDue);
            }

            _parts.Timer.Schedule(due, now);
        }
    }
}
