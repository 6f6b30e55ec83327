using System.Collections.Concurrent;
using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using IpfsKit.Storage.Liveness;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Replication;

/// <summary>Fetches from the other silos what this one had and has no more: blocks whose record was found damaged by a read, by a scrub or when the store was opened, and blocks that a collection finds missing below a root.</summary>
/// <remarks>
/// What comes is verified by bitswap, and put where reads find it. What nobody has is reported by its CID, in the log, in the health of the silo and by a metric, and is asked for again when another silo has come, and with each collection. Damage that took the
/// name of its block, too, is found by the collection that it sets off. Its clock is the machine's: others answer in its time.
/// </remarks>
internal sealed partial class BlockRepairer : IAsyncDisposable
{
    /// <summary>The most blocks that are remembered as lost; others are only logged.</summary>
    public const int MaxLost = 10_000;

    /// <summary>How many blocks are fetched at once.</summary>
    public const int MaxConcurrentBlocks = 4;

    private readonly IpfsNode _node;
    private readonly RepairQueue _queue;
    private readonly ContentExchange _exchange;
    private readonly Siblings _siblings;
    private readonly Collector _collector;
    private readonly NodeInstruments _instruments;
    private readonly IOptions<IpfsKitOptions> _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Multihash, Cid> _lost = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly BackgroundLoop _retries;
    private IReadOnlySet<PeerId> _asked = new HashSet<PeerId>();
    private Task _repairs = Task.CompletedTask;
    private int _isLookingForMore;

    public BlockRepairer(
        IpfsNode node, RepairQueue queue, ContentExchange exchange, Siblings siblings, Collector collector, NodeInstruments instruments, IOptions<IpfsKitOptions> options, ILogger<BlockRepairer> logger)
    {
        (_node, _queue, _exchange, _siblings, _collector, _instruments, _options, _logger) = (node, queue, exchange, siblings, collector, instruments, options, logger);
        _retries = new BackgroundLoop("The repair of blocks", options.Value.Replication.LoadInterval, TimeProvider.System, logger);
    }

    /// <summary>The blocks that nobody has, as far as this silo knows.</summary>
    public IReadOnlyCollection<Cid> Lost => [.. _lost.Values];

    /// <summary>Listens to a store that has just been opened, and takes note of what opening found.</summary>
    public void Attach()
    {
        var storage = _node.Storage;
        storage.Blocks.BlockDamaged += (_, e) => OnDamaged(e.Block);
        storage.Blocks.RepairSource = FetchForScrubAsync;
        _collector.Collected = OnCollected;
        storage.Collector.BlockMissing = cid => _queue.TryAdd(cid);
        foreach (var damaged in storage.Blocks.Recovery.Damaged)
            OnDamaged(damaged);
    }

    /// <summary>Begins to fetch.</summary>
    public void Start()
    {
        _repairs = RepairAllAsync(_stopping.Token);
        _retries.Start(RetryAsync, atOnce: true);
    }

    /// <summary>Ends; what was not repaired is found again after the next start.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _retries.StopAsync();
        await _repairs.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _retries.DisposeAsync();
        _stopping.Dispose();
    }

    private void OnDamaged(DamagedBlock damaged)
    {
        // The store knows no codecs, and no peer needs one to find a block.
        if (damaged.Hash is { } hash)
            _queue.TryAdd(Cid.CreateV1(Multicodec.Raw, hash));
        else
            Volatile.Write(ref _isLookingForMore, 1);
    }

    private async Task RepairAllAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var pace = new Pace(_options.Value.Replication.RepairsPerSecond, TimeProvider.System);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentBlocks, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(PacedAsync(_queue.ReadAllAsync(cancellationToken)), parallel, async (cid, token) =>
        {
            try
            {
                await RepairAsync(cid, token);
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                NoteLost(cid, e.Message);
            }
            finally
            {
                _queue.Complete(cid);
            }
        });

        async IAsyncEnumerable<Cid> PacedAsync(IAsyncEnumerable<Cid> blocks)
        {
            await foreach (var cid in blocks)
            {
                // A rest earns nothing.
                if (_queue.Count <= 1)
                    pace = new Pace(_options.Value.Replication.RepairsPerSecond, TimeProvider.System);
                await pace.WaitAsync(cancellationToken);
                yield return cid;
            }
        }
    }

    private async Task RepairAsync(Cid cid, CancellationToken cancellationToken)
    {
        if (!await _node.Blocks.HasAsync(cid, cancellationToken))
        {
            using var block = await FetchAsync(cid, cancellationToken);
            if (block is null)
            {
                NoteLost(cid, "no silo and no peer that was asked has it");
                return;
            }

            // It came by way of the store; a read says whether it is whole there.
            using var again = await _node.Blocks.GetRequiredAsync(cid, cancellationToken);
            _instruments.AddRepaired();
            LogRepaired(_logger, cid);
            // What it links to may be missing, too.
            Volatile.Write(ref _isLookingForMore, 1);
        }

        if (_lost.TryRemove(cid.Hash, out _))
            _instruments.AddLost(-1);
    }

    private async Task<Block?> FetchAsync(Cid cid, CancellationToken cancellationToken)
    {
        await using var reader = _exchange.OpenReader(new ReadRequest(cid, IsRoot: false) { IdleTimeout = _options.Value.Exchange.SiblingTimeout }, Nothing.Instance);
        var block = await reader.GetAsync(cid, cancellationToken);
        if (block is not null)
            await reader.FlushAsync(cancellationToken);
        return block;
    }

    /// <summary>What the disk refuses to read is in the store and cannot be queued. What is damaged has been told of before, and comes by itself.</summary>
    private async ValueTask<Block?> FetchForScrubAsync(Multihash hash, CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested || _queue.Contains(hash))
            return null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        return await FetchAsync(Cid.CreateV1(Multicodec.Raw, hash), either.Token);
    }

    private void NoteLost(Cid cid, string reason)
    {
        if (_lost.Count >= MaxLost || !_lost.TryAdd(cid.Hash, cid))
            return;
        _instruments.AddLost(1);
        LogLost(_logger, cid, reason);
    }

    private async Task RetryAsync(CancellationToken cancellationToken)
    {
        var others = _siblings.Peers;
        if (others.Any(other => !_asked.Contains(other)))
        {
            foreach (var cid in _lost.Values)
                _queue.TryAdd(cid);
        }

        _asked = others;
        if (_queue.Count == 0 && Interlocked.Exchange(ref _isLookingForMore, 0) != 0)
            await _collector.CollectUnlessCatalogIsLostAsync(cancellationToken);
    }

    /// <summary>When roots lack nothing, what is still remembered as lost is needed by nobody.</summary>
    private void OnCollected(CollectionReport report)
    {
        if (report is not { Missing: 0, Unreadable: 0 })
            return;
        foreach (var hash in _lost.Keys)
        {
            if (_lost.TryRemove(hash, out _))
                _instruments.AddLost(-1);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Block {Cid} was damaged or missing on this silo; another had it, and it is whole again.")]
    private static partial void LogRepaired(ILogger logger, Cid cid);

    [LoggerMessage(Level = LogLevel.Error, Message = "Block {Cid} is damaged or missing on this silo and could not be fetched from another: {Reason}. It is asked for again when another silo has come, and with each collection.")]
    private static partial void LogLost(ILogger logger, Cid cid, string reason);

    /// <summary>Has no blocks: what the store says of a block that is to be repaired is no answer.</summary>
    private sealed class Nothing : IBlockSource
    {
        public static readonly Nothing Instance = new();

        public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default) => new((Block?)null);
    }
}
