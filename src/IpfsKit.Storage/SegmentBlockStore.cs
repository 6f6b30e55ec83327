using System.Diagnostics.Metrics;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Files;
using IpfsKit.Storage.Segments;
using IpfsKit.Storage.Segments.Maintenance;
using IpfsKit.Storage.Segments.Writing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IpfsKit.Storage;

/// <summary>Blocks on disk, in append-only segment files with an index in memory. What a put or deletion acknowledged survives loss of power.</summary>
/// <remarks>
/// <para>Byte layout and recovery: <c>docs/formats/segment.md</c>. A put is one append and shares its sync with all puts that wait at the
/// same time; a get is one read. Local reads check the record's checksum; that the bytes hash to their CID was checked when they were
/// admitted and is checked by every scrub. <see cref="HasAsync"/> trusts a 64-bit fingerprint under a secret seed and reads nothing.</para>
/// <para>Reads block the calling thread for as long as the disk takes; puts and deletions do not. A put or deletion can be cancelled
/// while it waits for room in the queue; once it is admitted it runs to its end.</para>
/// </remarks>
public sealed partial class SegmentBlockStore : IBlockStore, ILivenessStore, IAsyncDisposable
{
    /// <summary>The largest block, in bytes: a little less than 4 MiB.</summary>
    public const int MaxBlockBytes = RecordLocation.MaxLength - 256;

    // A large put is cut into requests of this size, each a group or a part of one, so that it neither fills the queue nor starves others.
    private const long RequestBytes = 32 << 20;
    private const int RequestItems = 8192;
    private const int EnumerationEntries = 64 << 10;

    private readonly StoreState _state;
    private readonly IDisposable _lock;
    private readonly BlockReader _reader;
    private readonly WriteQueue _queue;
    private readonly SegmentAllocator _allocator;
    private readonly Committer _committer;
    private readonly SegmentSealer _sealer;
    private readonly Checkpointer _checkpointer;
    private readonly Compactor _compactor;
    private readonly Scrubber _scrubber;
    private readonly MaintenanceLoop _maintenance;
    private readonly StoreInstruments _instruments;
    private readonly StampingBlocks _stamping;
    private readonly SemaphoreSlim _maintaining = new(1, 1);
    private int _disposed;

    private SegmentBlockStore(StoreState state, IDisposable directoryLock, Recovery recovery, RecoveryReport report, IMeterFactory? meterFactory)
    {
        _state = state;
        _lock = directoryLock;
        Recovery = report;
        _reader = new BlockReader(state);
        _queue = new WriteQueue(state.Options.MaxPendingBytes, state.Options.MaxPendingRecords);
        _instruments = new StoreInstruments(meterFactory, GetStatistics);
        _allocator = ChooseActive(state, recovery);
        var position = recovery.Position;
        if (position.SegmentId != _allocator.Active.Id)
            position = new LogPosition(_allocator.Active.Id, _allocator.Active.CommittedLength, position.Sequence);
        _committer = new Committer(state, _reader, _queue, _allocator, _instruments, position);
        _sealer = new SegmentSealer(state, _allocator);
        _checkpointer = new Checkpointer(state, _committer, recovery.CheckpointNumber, recovery.Covered, recovery.CheckpointBytes);
        _compactor = new Compactor(state, _allocator, _committer, _instruments);
        _scrubber = new Scrubber(state, _committer);
        _stamping = new StampingBlocks(this);
        _maintenance = new MaintenanceLoop(state, _allocator, _sealer, _checkpointer, _compactor, _maintaining, ScrubAsync);
        state.Quarantine.Found += OnDamageFound;
        state.ReadRefused = _instruments.ReadRefused;
    }

    /// <summary>A damaged block was found and taken out. Raised on the thread that found it, which waits. What a handler throws is logged and goes no further.</summary>
    public event EventHandler<BlockDamagedEventArgs>? BlockDamaged;

    /// <summary>What opening found.</summary>
    public RecoveryReport Recovery { get; }

    /// <summary>Why the store accepts no more writes, or null while it does.</summary>
    public StorageFailedException? Failure => _state.Failure;

    /// <summary>Opens the store of a directory, or makes one.</summary>
    /// <param name="options">How it behaves; not to be changed afterwards.</param>
    /// <param name="files">The file system; that of the machine unless given.</param>
    /// <param name="timeProvider">The clock; that of the machine unless given.</param>
    /// <param name="logger">Where it says what happens to it.</param>
    /// <param name="meterFactory">Where its meter comes from.</param>
    /// <param name="cancellationToken">Gives up before anything is read; opening itself runs to its end.</param>
    /// <exception cref="OptionsValidationException">An option is out of its range.</exception>
    /// <exception cref="DataDirectoryLockedException">Another process has the directory.</exception>
    /// <exception cref="DataDirectoryVersionException">The directory is of a newer version.</exception>
    /// <exception cref="StorageCorruptedException">A file that it cannot do without is damaged.</exception>
    public static async Task<SegmentBlockStore> OpenAsync(
        SegmentStoreOptions options,
        IStorageFileSystem? files = null,
        TimeProvider? timeProvider = null,
        ILogger<SegmentBlockStore>? logger = null,
        IMeterFactory? meterFactory = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var validation = new SegmentStoreOptionsValidator().Validate(null, options);
        if (validation.Failed)
            throw new OptionsValidationException(nameof(SegmentStoreOptions), typeof(SegmentStoreOptions), validation.Failures);
        return await Task.Run(
            () => Open(options, files ?? PhysicalFileSystem.Instance, timeProvider ?? TimeProvider.System, logger ?? NullLogger<SegmentBlockStore>.Instance, meterFactory),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="StorageReadException">The disk refused to read the block; it is kept.</exception>
    public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        if (cid.Hash.IsIdentity)
            return new(Block.CreateIdentity(cid));
        var block = _reader.Read(cid);
        if (block is not null)
            _instruments.BlockRead(block.Size);
        return new(block);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        return new(cid.Hash.IsIdentity || _state.Index.Contains(_state.Keys.Fingerprint(cid.Hash)));
    }

    /// <inheritdoc/>
    /// <exception cref="StorageReadException">The disk refused to read the block; it is kept.</exception>
    public ValueTask<int?> GetSizeAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        if (cid.Hash.IsIdentity)
            return new(cid.Hash.DigestLength);
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        return new(_reader.TryFind(_state.Keys.Key(cid.Hash, buffer), out _, out var length) ? length : null);
    }

    /// <inheritdoc/>
    /// <exception cref="BlockTooLargeException">The block has more than <see cref="MaxBlockBytes"/>.</exception>
    /// <exception cref="StorageFailedException">The disk failed; the store accepts no more writes.</exception>
    public ValueTask PutAsync(Block block, CancellationToken cancellationToken = default)
    {
        ThrowIfUnacceptable(block);
        Enter(cancellationToken);
        return TryPrepare(block, out var item) ? new(_committer.WriteAsync(new WriteRequest(new[] { item }), cancellationToken)) : ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="BlockTooLargeException">A block has more than <see cref="MaxBlockBytes"/>; nothing was put.</exception>
    /// <exception cref="StorageFailedException">The disk failed; the store accepts no more writes.</exception>
    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        for (var i = 0; i < blocks.Count; i++)
            ThrowIfUnacceptable(blocks[i]);
        Enter(cancellationToken);
        return new(PutManyCoreAsync(blocks, cancellationToken));
    }

    /// <inheritdoc/>
    /// <exception cref="StorageFailedException">The disk failed; the store accepts no more writes.</exception>
    public async ValueTask<bool> DeleteAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        if (cid.Hash.IsIdentity)
            return false;
        ThrowIfFailed();
        var request = new WriteRequest(new[] { new WriteItem(WriteKind.Delete, cid.Hash, _state.Keys.Fingerprint(cid.Hash)) });
        await _committer.WriteAsync(request, cancellationToken).ConfigureAwait(false);
        return request.Written > 0;
    }

    /// <summary>The state of the store at this moment.</summary>
    public StoreStatistics GetStatistics()
    {
        var segments = _state.Segments.All();
        return new StoreStatistics(
            _state.Index.Count, segments.Sum(segment => segment.LiveBytes), _state.Disk.UsedBytes, _state.Options.CapacityBytes, segments.Count,
            _state.Index.MemoryBytes, _queue.PendingRecords, _queue.PendingBytes, _state.Quarantine.Blocks.Count, _state.Epochs.Current, _state.Epochs.OpenLeases);
    }

    /// <summary>Ends the store: what was admitted is written, a checkpoint makes the next opening quick. Calling it again does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _maintenance.DisposeAsync().ConfigureAwait(false);
        _queue.Close();
        _committer.Join();
        await _maintaining.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_state.Failure is null)
            {
                _sealer.SealAll(CancellationToken.None);
                await _checkpointer.WriteAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (IOException exception)
        {
            // Everything acknowledged is in the log; without the checkpoint the next opening takes longer.
            LogNotCheckpointed(_state.Logger, exception, _state.Directory);
        }
        finally
        {
            foreach (var segment in _state.Segments.All())
            {
                _state.Segments.Remove(segment);
                segment.Release();
            }

            _state.Index.Dispose();
            _instruments.Dispose();
            _lock.Dispose();
            _checkpointer.Dispose();
            _maintaining.Dispose();
        }
    }

    private static SegmentBlockStore Open(
        SegmentStoreOptions options, IStorageFileSystem files, TimeProvider timeProvider, ILogger logger, IMeterFactory? meterFactory)
    {
        files.CreateDirectory(options.Directory);
        var directoryLock = files.TryLock(Path.Combine(options.Directory, "LOCK")) ?? throw new DataDirectoryLockedException(options.Directory);
        StoreState? state = null;
        try
        {
            state = new StoreState(options, files, Manifest.Open(files, options.Directory), timeProvider, logger);
            var recovery = new Recovery(state);
            var store = new SegmentBlockStore(state, directoryLock, recovery, recovery.Run(), meterFactory);
            store._committer.Start();
            if (options.AutomaticMaintenance)
                store._maintenance.Start();
            return store;
        }
        catch
        {
            foreach (var segment in state?.Segments.All() ?? [])
                segment.Release();
            state?.Index.Dispose();
            directoryLock.Dispose();
            throw;
        }
    }

    // The log goes on in the last segment with records, if there is room; empty ones after it are reserves.
    private static SegmentAllocator ChooseActive(StoreState state, Recovery recovery)
    {
        var open = recovery.Unsealed;
        var last = open.FindLastIndex(segment => segment.CommittedLength > SegmentFormat.HeaderBytes);
        var newest = state.Segments.All().LastOrDefault(segment => segment.CommittedLength > SegmentFormat.HeaderBytes);
        var candidates = open.Skip(Math.Max(0, last)).Where(segment => newest is null || segment.Id >= newest.Id).ToList();
        var active = candidates.Count > 0 ? candidates[0] : SegmentAllocator.Make(state);
        return new SegmentAllocator(state, active, new Queue<Segment>(candidates.Skip(1)));
    }

    private static void ThrowIfUnacceptable(Block block)
    {
        PutArguments.ThrowIfUnverified(block);
        if (block.Size > MaxBlockBytes)
            throw new BlockTooLargeException(block.Cid, block.Size, MaxBlockBytes);
    }

    private void Enter(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void ThrowIfFailed()
    {
        if (_state.Failure is { } failure)
            throw new StorageFailedException(_state.Directory, failure.InnerException ?? failure);
    }

    // A block that is durable already is acknowledged at once; the stamp keeps it from a sweep that is under way.
    private bool TryPrepare(Block block, out WriteItem item)
    {
        item = default;
        var hash = block.Cid.Hash;
        if (hash.IsIdentity)
            return false;
        ThrowIfFailed();
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        var key = _state.Keys.Key(hash, buffer);
        if (IsHeldReadably(key))
            return false;
        var data = block.Data;
        item = new WriteItem(WriteKind.Put, hash, key.Fingerprint, data, _state.Keys.PayloadChecksum(data.Span));
        return true;
    }

    // A record that the disk refuses to read is no reason to refuse the bytes: the committer writes them to another place.
    private bool IsHeldReadably(in StoreKey key)
    {
        try
        {
            return Stamp(key, mustBeReadable: true);
        }
        catch (StorageReadException)
        {
            return false;
        }
    }

    private async Task PutManyCoreAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken)
    {
        var items = new List<WriteItem>(Math.Min(blocks.Count, RequestItems));
        for (var i = 0; i < blocks.Count;)
        {
            var bytes = 0L;
            items.Clear();
            for (; i < blocks.Count && items.Count < RequestItems && bytes < RequestBytes; i++)
            {
                if (!TryPrepare(blocks[i], out var item))
                    continue;
                items.Add(item);
                bytes += item.RecordBytes;
            }

            if (items.Count > 0)
                await _committer.WriteAsync(new WriteRequest(items.ToArray()), cancellationToken).ConfigureAwait(false);
        }
    }

    private void OnDamageFound(DamagedBlock block)
    {
        _instruments.Damaged();
        if (BlockDamaged is not { } handlers)
            return;
        var args = new BlockDamagedEventArgs(block);
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            // Damage is found in the middle of reads, writes and maintenance, none of which may end because somebody who was told of it has a fault.
#pragma warning disable CA1031
            try
            {
                handler(this, args);
            }
            catch (Exception exception)
            {
                LogHandlerFailed(_state.Logger, exception, block);
            }
#pragma warning restore CA1031
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A handler of the damage of {Damage} failed.")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception, DamagedBlock damage);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store {Directory} was closed without a checkpoint.")]
    private static partial void LogNotCheckpointed(ILogger logger, Exception exception, string directory);
}
