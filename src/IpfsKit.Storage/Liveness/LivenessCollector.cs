using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Storage.Liveness;

/// <summary>Removes blocks that no root reaches, while the store is in use.</summary>
/// <remarks>
/// <para>① It begins an epoch: from now on, whatever is put carries the new epoch. ② It follows every root and marks what it reaches with the
/// epoch; blocks that several roots share are marked once. ③ It sweeps what still carries an older epoch. All of it in small batches with pauses;
/// reads, puts and deletions go on throughout.</para>
/// <para>Why nothing that is needed goes: a root that is registered when the enumeration of the roots ends was followed. One that is
/// registered later was added under a lease. If the lease was opened after the epoch began, everything put, looked up or read under it
/// carries the epoch; if before, the sweep spares what is as new as the lease, even when it closes in the meantime. A root that is
/// registered without touching its blocks must be marked under a lease (<see cref="MarkAsync"/>).</para>
/// <para>A block that cannot be read hides what it reaches. If it is damaged, the read that finds that takes it out of the store, so from then on it is no more than a block that is
/// missing. So a collection that meets any of these under a root of which the whole DAG is held marks but does not sweep, however often it is repeated, until the block is put again
/// (by a repair from a replica, or by adding the content again) or the root goes. That is so for pending roots too: their blocks were all put, under a lease, before the root
/// was added, so what is missing was lost. It is not so for a root of which only its own block is held: nobody follows its links, so its loss hides nothing and is only
/// counted. An upload that never finished therefore blocks nothing by what it never put: it has no root.</para>
/// <para>Marks are in memory: a crash at any time loses them and nothing else.</para>
/// </remarks>
public sealed partial class LivenessCollector : IDisposable
{
    /// <summary>How many incomplete roots one collection logs by name; all are counted.</summary>
    internal const int MaxLoggedRoots = 16;

    private readonly ILivenessStore _store;
    private readonly IRootSource _roots;
    private readonly LivenessCollectorOptions _options;
    private readonly IpldCodecs _codecs;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Lock _marksLock = new();
    private readonly HashSet<Task> _marks = [];
    private long _failedMarks;

    /// <summary>Makes a collector; it does nothing by itself.</summary>
    public LivenessCollector(
        ILivenessStore store,
        IRootSource roots,
        LivenessCollectorOptions? options = null,
        IpldCodecs? codecs = null,
        TimeProvider? timeProvider = null,
        ILogger<LivenessCollector>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(roots);
        _store = store;
        _roots = roots;
        _options = options ?? new LivenessCollectorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchBlocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxLinksInMemory, 1024);
        _codecs = codecs ?? IpldCodecs.Default;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<LivenessCollector>.Instance;
    }

    /// <summary>Called for each block that a root needs and that is not here, on the thread that looks: it must be quick and must not throw. What such blocks link to is found when they are here again.</summary>
    public Action<Cid>? BlockMissing { get; set; }

    /// <summary>One collection. Concurrent calls wait for each other.</summary>
    /// <param name="maxBytes">Stops sweeping when this many bytes are dead; what is left is found again by the next collection.</param>
    /// <param name="cancellationToken">Stops between batches; what was deleted stays deleted.</param>
    /// <exception cref="StorageFailedException">The store accepts no more writes.</exception>
    public async Task<CollectionReport> CollectAsync(long maxBytes = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var start = _timeProvider.GetTimestamp();
            var failedBefore = Interlocked.Read(ref _failedMarks);
            var epoch = _store.BeginEpoch();
            var tally = new Tally();
            await foreach (var root in _roots.EnumerateLiveRootsAsync(cancellationToken).ConfigureAwait(false))
            {
                tally.Roots++;
                var lost = tally.Lost;
                await WalkAsync(root.Cid, root.WholeDag, tally, cancellationToken).ConfigureAwait(false);
                if (tally.Lost != lost)
                    NoteIncomplete(root.Cid, tally, tally.Lost - lost);
            }

            // A mark of somebody else's root may have noted a shared block as followed and not have got to its links yet, or have failed before.
            await OtherMarksAsync().ConfigureAwait(false);
            SweepResult? swept = tally.IncompleteRoots > 0 || Interlocked.Read(ref _failedMarks) != failedBefore
                ? null
                : await _store.SweepAsync(epoch, _options.Sweep with { MaxBytes = maxBytes }, cancellationToken).ConfigureAwait(false);
            var report = new CollectionReport(
                epoch, tally.Roots, tally.Followed, tally.Missing, tally.Unreadable, tally.IncompleteRoots, tally.FirstIncompleteRoot, swept, _timeProvider.GetElapsedTime(start));
            LogCollected(_logger, report);
            return report;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Marks a root with the current epoch; to be called under a lease before a root is registered whose blocks were not all touched under it.</summary>
    /// <param name="root">The root.</param>
    /// <param name="wholeDag">Whether what it reaches is marked too.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>How many links lead to blocks that are not here or are damaged.</returns>
    public async Task<long> MarkAsync(Cid root, bool wholeDag, CancellationToken cancellationToken = default)
    {
        var tally = new Tally();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_marksLock)
            _marks.Add(done.Task);
        try
        {
            await WalkAsync(root, wholeDag, tally, cancellationToken).ConfigureAwait(false);

            // These were noted as followed, so that a collection does not look at them again, and nobody knows what they reach.
            if (tally.Hidden > 0)
                Interlocked.Increment(ref _failedMarks);
            return tally.Missing + tally.Unreadable;
        }
        catch
        {
            Interlocked.Increment(ref _failedMarks);
            throw;
        }
        finally
        {
            lock (_marksLock)
                _marks.Remove(done.Task);
            done.SetResult();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private Task OtherMarksAsync()
    {
        lock (_marksLock)
            return Task.WhenAll(_marks);
    }

    private async Task WalkAsync(Cid root, bool wholeDag, Tally tally, CancellationToken cancellationToken)
    {
        if (!wholeDag)
        {
            if (!_store.Stamp(root.Hash))
            {
                tally.Missing++;
                BlockMissing?.Invoke(root);
            }

            return;
        }

        using var stack = new MarkStack(_options.MaxLinksInMemory, _options.SpillDirectory);
        var links = new List<Cid>();
        stack.Push(root);
        while (stack.TryPop(out var cid))
        {
            if (++tally.Steps % _options.BatchBlocks == 0)
                await PauseAsync(cancellationToken).ConfigureAwait(false);
            var outcome = _store.Mark(cid);
            if (outcome == MarkOutcome.Absent)
                LoseMissing(cid, tally);
            if (outcome != MarkOutcome.FollowLinks)
                continue;
            links.Clear();
            await FollowAsync(cid, links, tally, cancellationToken).ConfigureAwait(false);
            for (var i = links.Count - 1; i >= 0; i--)
                stack.Push(links[i]);
        }
    }

    private async Task FollowAsync(Cid cid, List<Cid> links, Tally tally, CancellationToken cancellationToken)
    {
        try
        {
            using var block = await _store.Blocks.GetAsync(cid, cancellationToken).ConfigureAwait(false);
            if (block is null)
            {
                // It was here a moment ago: deleted by a caller, or taken out as damaged.
                LoseMissing(cid, tally);
                tally.Hidden++;
                return;
            }

            tally.Followed++;
            _codecs.ReadLinks(block, links);
        }
        catch (BlockIntegrityException exception)
        {
            tally.LoseUnreadable(cid);
            LogUnreadable(_logger, exception, cid);
        }
        catch (StorageReadException exception)
        {
            tally.LoseUnreadable(cid);
            LogUnreadable(_logger, exception, cid);
        }
        catch (CodecException exception)
        {
            // The bytes are what their hash says, and they are not what their codec says: such a block links to nothing.
            LogNotItsCodec(_logger, exception, cid);
        }
        catch (UnsupportedCodecException exception)
        {
            LogNotItsCodec(_logger, exception, cid);
        }
    }

    private void LoseMissing(in Cid cid, Tally tally)
    {
        tally.LoseMissing(cid);
        BlockMissing?.Invoke(cid);
    }

    private void NoteIncomplete(Cid root, Tally tally, long lost)
    {
        tally.FirstIncompleteRoot ??= root;
        if (++tally.IncompleteRoots <= MaxLoggedRoots)
            LogIncomplete(_logger, root, lost, tally.LastLost);
    }

    private async ValueTask PauseAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_options.Pause > TimeSpan.Zero)
            await Task.Delay(_options.Pause, _timeProvider, cancellationToken).ConfigureAwait(false);
        else
            await Task.Yield();
    }

    private sealed class Tally
    {
        public long Roots { get; set; }

        public long Steps { get; set; }

        public long Followed { get; set; }

        public long Missing { get; set; }

        public long Unreadable { get; private set; }

        // Blocks under whole DAGs that are missing or unreadable, and the last of them.
        public long Lost { get; private set; }

        public Cid LastLost { get; private set; }

        // Those of them that were marked as followed before they turned out not to be here.
        public long Hidden { get; set; }

        public long IncompleteRoots { get; set; }

        public Cid? FirstIncompleteRoot { get; set; }

        public void LoseMissing(in Cid cid)
        {
            Missing++;
            Lost++;
            LastLost = cid;
        }

        public void LoseUnreadable(in Cid cid)
        {
            Unreadable++;
            Hidden++;
            Lost++;
            LastLost = cid;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Collected: {Report}")]
    private static partial void LogCollected(ILogger logger, CollectionReport report);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Block {Cid} is damaged or cannot be read; nothing is swept until it is known what it reaches.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, Cid cid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Root {Root} lacks {Lost} blocks that it needs, {Cid} among them; nothing is swept until they are put again or the root is removed.")]
    private static partial void LogIncomplete(ILogger logger, Cid root, long lost, Cid cid);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Block {Cid} links to nothing that can be followed.")]
    private static partial void LogNotItsCodec(ILogger logger, Exception exception, Cid cid);
}
