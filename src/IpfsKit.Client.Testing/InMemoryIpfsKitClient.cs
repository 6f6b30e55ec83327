using System.Runtime.CompilerServices;
using IpfsKit.Client.Cars;
using IpfsKit.Client.Listing;
using IpfsKit.Client.Pinning;
using IpfsKit.Client.Reading;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Client.Testing;

/// <summary>A cluster of one that lives in memory: what <see cref="IIpfsKitClient"/> promises, without Orleans, disk or network.</summary>
/// <remarks>
/// The same importer, readers and exporters as in a cluster make and check the same blocks, so that CIDs, listings and errors are those of production.
/// The behaviour tests of IpfsKit run against this and against the client of a real silo. Bounded by its capacity; safe for concurrent use; needs no disposal.
/// </remarks>
public sealed class InMemoryIpfsKitClient : IIpfsKitClient
{
    private readonly MemoryBlockStore _store;
    private readonly MemoryRoots _roots;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _startedAt;
    private readonly PeerId _node = PeerId.FromPublicKey("in-memory"u8);

    /// <summary>Makes an empty one.</summary>
    /// <param name="capacityBytes">The most bytes of blocks that it holds, <see cref="StorageFullException"/> beyond; positive.</param>
    /// <param name="time">Where times of commits and pins come from; null for the system's clock.</param>
    public InMemoryIpfsKitClient(long capacityBytes = MemoryBlockStore.DefaultCapacityBytes, TimeProvider? time = null)
    {
        _store = new MemoryBlockStore(capacityBytes);
        _time = time ?? TimeProvider.System;
        _roots = new MemoryRoots(_store, _time);
        _startedAt = _time.GetUtcNow();
    }

    /// <inheritdoc/>
    public async Task<AddResult> AddStreamAsync(
        Stream content, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        options ??= new AddOptions();
        var length = content.CanSeek ? content.Length - content.Position : (long?)null;
        return await AddFileAsync(content, (uint?)options.Mode, options.ModifiedAt, length, options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AddResult> AddFileAsync(
        string filePath, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        options ??= new AddOptions();
        var info = new FileInfo(filePath);
        var file = LocalDirectorySource.OpenFile(filePath);
        await using var _ = file.ConfigureAwait(false);
        var mode = options.Mode ?? (options.PreserveMode && !OperatingSystem.IsWindows() ? info.UnixFileMode : null);
        var modified = options.ModifiedAt ?? (options.PreserveModifiedTime ? info.LastWriteTimeUtc : null);
        return await AddFileAsync(file, (uint?)mode, modified, file.Length, options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AddResult> AddDirectoryAsync(
        string directoryPath, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directoryPath);
        options ??= new AddOptions();
        var local = new LocalDirectorySource(directoryPath)
        {
            IncludeHidden = options.IncludeHidden,
            PreserveMode = options.PreserveMode,
            PreserveModificationTime = options.PreserveModifiedTime,
        };
        var entries = local.ReadAsync(cancellationToken);
        var adding = await _roots.BeginAddAsync().ConfigureAwait(false);
        await using var _ = adding.ConfigureAwait(false);
        if (options.Symlinks == SymlinkHandling.Skip)
            entries = entries.Where(entry => entry.Kind != UnixFsSourceKind.Symlink);
        var imported = await new UnixFsTreeImporter(_store, ImportOptions(options, null, progress))
            .ImportAsync(new UnixFsSource(entries, local.IsDepthFirst, local.AllowsConcurrentReads), cancellationToken: cancellationToken).ConfigureAwait(false);
        return await RegisterAsync(imported, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(IpfsPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var source = new RequiredBlocks(_store, path.Root);
        var resolved = await new UnixFsResolver(source).ResolveAsync(path, cancellationToken).ConfigureAwait(false);
        if (resolved.Remainder.Count > 0)
            throw new UnixFsTypeException(resolved.Cid, "a file", $"{resolved.Cid.Codec} data");
        return await UnixFsReadStream.OpenAsync(source, resolved.Cid, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<DirectoryEntry> ListAsync(IpfsPath path, ListOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return DirectoryLister.ListAsync(new RequiredBlocks(_store, path.Root), path, options ?? new ListOptions(), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ContentStat> StatAsync(IpfsPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var stat = await StatReader.ReadAsync(new RequiredBlocks(_store, path.Root), path, cancellationToken).ConfigureAwait(false);
        var root = _roots.Find(stat.Cid)?.ToInfo(_node);
        return stat with { Root = root, SizeBytes = stat.SizeBytes ?? root?.SizeBytes };
    }

    /// <inheritdoc/>
    public Task<TransferProgress> DownloadAsync(
        IpfsPath path, string destination, DownloadOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        return Downloader.WriteAsync(
            new RequiredBlocks(_store, path.Root), path, destination, options ?? new DownloadOptions(), progress, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RootInfo> ListRootsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var root in _roots.List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return root.ToRootInfo();
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Cid> PinAsync(IpfsPath path, PinOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new PinOptions();
        PinArguments.Check(options);
        var adding = await _roots.BeginAddAsync().ConfigureAwait(false);
        await using var _ = adding.ConfigureAwait(false);
        var source = new RequiredBlocks(_store, path.Root);
        var cid = (await StatReader.ReadAsync(source, path, cancellationToken).ConfigureAwait(false)).Cid;
        var root = _roots.Find(cid);
        if (root is null || (options.Mode == PinMode.Recursive && !root.IsWhole))
            root = await _roots.AdoptAsync(cid, options.Mode == PinMode.Recursive, cancellationToken).ConfigureAwait(false);
        root.Pin(options.Mode, options.Name, _time.GetUtcNow());
        return cid;
    }

    /// <inheritdoc/>
    public Task<bool> UnpinAsync(Cid root, CancellationToken cancellationToken = default) => Task.FromResult(_roots.Find(root)?.Unpin() ?? false);

    /// <inheritdoc/>
    public async IAsyncEnumerable<PinInfo> ListPinsAsync(PinMode? mode = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pins = mode == PinMode.Indirect
            ? _roots.ListIndirectPinsAsync(cancellationToken)
            : _roots.List().Select(root => root.Pinned).OfType<PinInfo>().Where(pin => mode is null || mode == pin.Mode).ToAsyncEnumerable();
        await foreach (var pin in pins.WithCancellation(cancellationToken).ConfigureAwait(false))
            yield return pin;
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(Cid root, CancellationToken cancellationToken = default) => _roots.RemoveAsync(root, cancellationToken);

    /// <inheritdoc/>
    public Task<CarExportResult> ExportCarAsync(
        IpfsPath path, Stream destination, CarExportOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(destination);
        return CarExport.WriteAsync(
            new RequiredBlocks(_store, path.Root), path, destination, options ?? new CarExportOptions(), readAhead: 0, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<CarImportResult> ImportCarAsync(
        Stream car, CarImportOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(car);
        options ??= new CarImportOptions();
        PinArguments.CheckName(options.PinName);
        var adding = await _roots.BeginAddAsync().ConfigureAwait(false);
        await using var _ = adding.ConfigureAwait(false);
        var imported = await CarImporter.ImportAsync(
            car,
            _store,
            new CarReaderOptions
            {
                LeaveOpen = true,
                MaxBlockBytes = options.AllowLargeBlocks ? CarReaderOptions.GreatestBlockBytes : BlockLimits.MaxBlockBytes,
            },
            cancellationToken).ConfigureAwait(false);
        if (imported.Roots.Count == 0)
            throw new CarFormatException(0, "it names no root, so that nothing in it could be found again");
        progress?.Report(new TransferProgress(imported.Bytes, imported.Bytes));
        var measured = new List<(Cid Cid, MemoryRoot? Root)>();
        foreach (var root in imported.Roots)
            measured.Add((root, await MeasureAsync(root, options.AllowPartial, cancellationToken).ConfigureAwait(false)));
        foreach (var (_, root) in measured)
        {
            if (root is not null)
                Commit(root, options.Pin, options.PinName);
        }

        return new CarImportResult
        {
            Roots = [.. measured.Select(entry => new CarImportRoot(entry.Cid, entry.Root is not null))],
            Blocks = imported.Blocks,
            BlockBytes = imported.Bytes,
        };
    }

    /// <inheritdoc/>
    /// <remarks>There is nobody to ask: what is here becomes a root, and anything else is <see cref="ContentNotFoundException"/>.</remarks>
    public async Task<FetchResult> FetchAsync(
        Cid root, FetchOptions? options = null, IProgress<FetchProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new FetchOptions();
        PinArguments.CheckName(options.PinName);
        var adding = await _roots.BeginAddAsync().ConfigureAwait(false);
        await using var _ = adding.ConfigureAwait(false);
        MemoryRoot here;
        try
        {
            here = await _roots.MeasureAsync(root, cancellationToken).ConfigureAwait(false);
        }
        catch (BlockNotFoundException missing)
        {
            throw options.Peers.Count > 0 ? Unreachable(options.Peers[0])
                : missing.Cid == root ? new ContentNotFoundException(root)
                : new IncompleteDagException(root, missing.Cid);
        }

        Commit(here, options.Pin, options.PinName);
        progress?.Report(new FetchProgress(0, 0, []));
        return new FetchResult { Root = root, Node = _node, SizeBytes = here.SizeBytes, DagBytes = here.DagBytes, Blocks = here.Blocks };
    }

    /// <inheritdoc/>
    /// <remarks>It has no network: no peer can be connected to.</remarks>
    public Task<ConnectedPeer> ConnectPeerAsync(Multiaddr address, PeerId? node = null, CancellationToken cancellationToken = default) =>
        Task.FromException<ConnectedPeer>(Unreachable(address));

    /// <inheritdoc/>
    public Task<IReadOnlyList<ConnectedPeer>> ListPeersAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<ConnectedPeer>>([]);

    /// <inheritdoc/>
    public Task<ReplicationStatus> ReplicationStatusAsync(Cid root, CancellationToken cancellationToken = default)
    {
        var known = _roots.Find(root) ?? throw new ContentNotFoundException(root);
        return Task.FromResult(new ReplicationStatus
        {
            Root = known.Cid,
            Health = ReplicationHealth.Good,
            Copies = 1,
            Wanted = 1,
            Most = 2,
            Replicas = [new ReplicaInfo { Node = _node, Since = known.CommittedAt, State = ReplicaState.Up }],
        });
    }

    /// <inheritdoc/>
    public async Task<ReplicationStatus> EnsureReplicationAsync(Cid root, EnsureReplicationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var status = await ReplicationStatusAsync(root, cancellationToken).ConfigureAwait(false);
        return options is { Copies: 1 } or { Wait: false } ? status : throw new WriteConcernNotMetException(root, 1, options?.Copies ?? 3);
    }

    /// <inheritdoc/>
    public Task DecommissionAsync(PeerId node, bool leave = true, CancellationToken cancellationToken = default) =>
        Task.FromException(new NotSupportedException("The only node cannot leave."));

    /// <inheritdoc/>
    public Task<ClusterStats> GetStatsAsync(CancellationToken cancellationToken = default)
    {
        var roots = _roots.List();
        return Task.FromResult(new ClusterStats
        {
            Nodes =
            [
                new NodeStats
                {
                    Node = _node,
                    StartedAt = _startedAt,
                    Roots = roots.Count,
                    Pins = roots.Count(root => root.Pinned is not null),
                    Blocks = _store.Count,
                    BlockBytes = _store.UsedBytes - ((long)_store.Count * MemoryBlockStore.OverheadBytes),
                },
            ],
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<NodeInfo>>([new NodeInfo { Node = _node, Role = NodeRole.Master }]);

    private static PeerUnavailableException Unreachable(Multiaddr address) => new(address, "this cluster lives in memory and has no network.");

    private static UnixFsImportOptions ImportOptions(AddOptions options, long? length, IProgress<TransferProgress>? progress) => new()
    {
        Profile = options.Profile,
        Progress = progress is null ? null : new Relay(progress, length),
    };

    private async Task<AddResult> AddFileAsync(
        Stream content, uint? mode, DateTimeOffset? modified, long? length, AddOptions options, IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var adding = await _roots.BeginAddAsync().ConfigureAwait(false);
        await using var _ = adding.ConfigureAwait(false);
        var import = ImportOptions(options, length, progress);
        var time = modified is { } stamp ? UnixFsTime.FromDateTimeOffset(stamp) : (UnixFsTime?)null;
        UnixFsImportResult imported;
        if (options.WrapAs is { } name)
        {
            UnixFsName.Validate(name);
            var entry = UnixFsSourceEntry.File(name, new LeftOpen(content)) with { Mode = mode, ModificationTime = time };
            imported = await new UnixFsTreeImporter(_store, import).ImportAsync(new UnixFsSource([entry]), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        else
        {
            imported = await new UnixFsImporter(_store, import).ImportFileAsync(content, mode, time, cancellationToken).ConfigureAwait(false);
        }

        return await RegisterAsync(imported, options, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AddResult> RegisterAsync(UnixFsImportResult imported, AddOptions options, CancellationToken cancellationToken)
    {
        PinArguments.CheckName(options.PinName);
        var root = await _roots.MeasureAsync(imported.Root, cancellationToken).ConfigureAwait(false);
        Commit(root, options.Pin, options.PinName);
        return new AddResult { Root = imported.Root, SizeBytes = imported.FileBytes, DagBytes = root.DagBytes, Blocks = root.Blocks };
    }

    private async Task<MemoryRoot?> MeasureAsync(Cid root, bool allowPartial, CancellationToken cancellationToken)
    {
        try
        {
            return await _roots.MeasureAsync(root, cancellationToken).ConfigureAwait(false);
        }
        catch (BlockNotFoundException missing)
        {
            return allowPartial ? null : throw new IncompleteDagException(root, missing.Cid);
        }
    }

    private void Commit(MemoryRoot root, bool pin, string? pinName)
    {
        var committed = _roots.Commit(root);
        if (pin)
            committed.Pin(PinMode.Recursive, pinName, _time.GetUtcNow());
    }

    private sealed class Relay(IProgress<TransferProgress> progress, long? length) : IProgress<UnixFsProgress>
    {
        public void Report(UnixFsProgress value) => progress.Report(new TransferProgress(value.Bytes, length, value.Entries));
    }
}
