using System.Runtime.CompilerServices;
using IpfsKit.Client.Cars;
using IpfsKit.Client.DataPlane;
using IpfsKit.Client.Feeds;
using IpfsKit.Client.Fetching;
using IpfsKit.Client.Listing;
using IpfsKit.Client.Locating;
using IpfsKit.Client.Pinning;
using IpfsKit.Client.Reading;
using IpfsKit.Client.Replication;
using IpfsKit.Client.Uploading;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Client;

/// <summary>Control by grains, bytes by HTTP, every block checked here.</summary>
internal sealed class IpfsKitClient : IIpfsKitClient
{
    private readonly IGrainFactory _grains;
    private readonly NodeDirectory _nodes;
    private readonly ReadSessionFactory _reads;
    private readonly Uploader _uploader;
    private readonly Pinner _pinner;
    private readonly Fetcher _fetcher;
    private readonly ReplicationCalls _replication;
    private readonly IpfsKitClientOptions _options;

    private IpfsKitClient(
        IGrainFactory grains, NodeDirectory nodes, ReadSessionFactory reads, Uploader uploader, Pinner pinner, Fetcher fetcher, ReplicationCalls replication,
        IpfsKitClientOptions options)
    {
        _grains = grains;
        _nodes = nodes;
        _reads = reads;
        _uploader = uploader;
        _pinner = pinner;
        _fetcher = fetcher;
        _replication = replication;
        _options = options;
    }

    /// <summary>Puts the parts together.</summary>
    public static IpfsKitClient Create(
        IGrainFactory grains, IHttpClientFactory clients, IpfsKitClientOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var nodes = new NodeDirectory(grains);
        var locator = new ContentLocator(grains, nodes);
        var http = new DataPlaneHttp(clients, options, time);
        var reads = new ReadSessionFactory(
            locator, new FeedOpener(http, grains, options, time), options, time, loggers.CreateLogger<ReadSession>());
        var uploader = new Uploader(new UploadTargets(nodes), http, options, time, loggers.CreateLogger<Uploader>());
        var fetcher = new Fetcher(nodes);
        var replication = new ReplicationCalls(grains, time);
        return new IpfsKitClient(grains, nodes, reads, uploader, new Pinner(replication, nodes, locator, fetcher), fetcher, replication, options);
    }

    public Task<AddResult> AddStreamAsync(
        Stream content, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return AddAsync(UploadQuery.OfFile(options ?? new AddOptions()), new StreamUploadSource(content), progress, cancellationToken);
    }

    public async Task<AddResult> AddFileAsync(
        string filePath, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        options ??= new AddOptions();
        var file = LocalDirectorySource.OpenFile(filePath);
        await using var _ = file.ConfigureAwait(false);
        return await AddAsync(
            UploadQuery.OfFile(options, new FileInfo(filePath)), new StreamUploadSource(file), progress, cancellationToken).ConfigureAwait(false);
    }

    public async Task<AddResult> AddDirectoryAsync(
        string directoryPath, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directoryPath);
        options ??= new AddOptions();
        var source = await TreeUploadSource.OpenAsync(directoryPath, options, measure: progress is not null, cancellationToken).ConfigureAwait(false);
        return await AddAsync(UploadQuery.OfTree(options), source, progress, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Stream> OpenReadAsync(IpfsPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return await FileReadStream.OpenAsync(_reads.Begin(path), _options, cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<DirectoryEntry> ListAsync(IpfsPath path, ListOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ListCoreAsync(path, options ?? new ListOptions(), cancellationToken);
    }

    public async Task<ContentStat> StatAsync(IpfsPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var blocks = _reads.Open(new EntityRequest { Path = path, Scope = DagScope.Block });
        await using var _ = blocks.ConfigureAwait(false);
        var stat = await StatReader.ReadAsync(blocks, path, cancellationToken).ConfigureAwait(false);
        var root = await ClusterCalls.InvokeAsync(() => _grains.GetContentGrain(stat.Cid).StatAsync(cancellationToken)).ConfigureAwait(false);
        return stat with { Root = root, SizeBytes = stat.SizeBytes ?? root?.SizeBytes };
    }

    public Task<TransferProgress> DownloadAsync(
        IpfsPath path, string destination, DownloadOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        return Downloader.DownloadAsync(_reads, path, destination, options ?? new DownloadOptions(), progress, cancellationToken);
    }

    public IAsyncEnumerable<RootInfo> ListRootsAsync(CancellationToken cancellationToken = default) =>
        _nodes.MergeAsync(node => node.ListRootsAsync(cancellationToken), root => root.Root, cancellationToken);

    public Task<Cid> PinAsync(IpfsPath path, PinOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return _pinner.PinAsync(_reads, path, options ?? new PinOptions(), cancellationToken);
    }

    public Task<bool> UnpinAsync(Cid root, CancellationToken cancellationToken = default) =>
        ClusterCalls.InvokeAsync(() => _grains.GetContentGrain(root).UnpinAsync(cancellationToken)).AsTask();

    public IAsyncEnumerable<PinInfo> ListPinsAsync(PinMode? mode = null, CancellationToken cancellationToken = default) =>
        // Indirect pins come as the walk finds them, in no order that could be merged.
        mode == PinMode.Indirect
            ? _nodes.ConcatAsync(node => node.ListPinsAsync(mode, cancellationToken), pin => pin.Cid, cancellationToken)
            : _nodes.MergeAsync(node => node.ListPinsAsync(mode, cancellationToken), pin => pin.Cid, cancellationToken);

    public Task<bool> RemoveAsync(Cid root, CancellationToken cancellationToken = default) =>
        ClusterCalls.InvokeAsync(() => _grains.GetContentGrain(root).RemoveAsync(cancellationToken)).AsTask();

    public Task<CarExportResult> ExportCarAsync(
        IpfsPath path, Stream destination, CarExportOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(destination);
        return CarExport.WriteAsync(_reads, path, destination, options ?? new CarExportOptions(), progress, cancellationToken);
    }

    public async Task<CarImportResult> ImportCarAsync(
        Stream car, CarImportOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(car);
        var receipt = await _uploader.UploadAsync(
            UploadQuery.OfCar(options ?? new CarImportOptions()), new StreamUploadSource(car, DataPlaneProtocol.CarMediaType), progress, cancellationToken)
            .ConfigureAwait(false);
        return new CarImportResult
        {
            Roots = [.. receipt.Roots.Select(root => new CarImportRoot(Cid.Parse(root.Cid), root.Committed))],
            Blocks = receipt.Blocks,
            BlockBytes = receipt.BlockBytes,
        };
    }

    public Task<ReplicationStatus> ReplicationStatusAsync(Cid root, CancellationToken cancellationToken = default) => _replication.GetAsync(root, cancellationToken);

    public Task<ReplicationStatus> EnsureReplicationAsync(Cid root, EnsureReplicationOptions? options = null, CancellationToken cancellationToken = default) =>
        _replication.EnsureAsync(root, options ?? new EnsureReplicationOptions(), cancellationToken);

    public Task DecommissionAsync(PeerId node, bool leave = true, CancellationToken cancellationToken = default) =>
        ClusterCalls.InvokeAsync(() => _nodes.Get(node).SetLeavingAsync(leave, cancellationToken)).AsTask();

    public Task<FetchResult> FetchAsync(
        Cid root, FetchOptions? options = null, IProgress<FetchProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _fetcher.FetchAsync(root, options ?? new FetchOptions(), progress, cancellationToken);

    public Task<ConnectedPeer> ConnectPeerAsync(Multiaddr address, PeerId? node = null, CancellationToken cancellationToken = default) =>
        _fetcher.ConnectAsync(address, node, cancellationToken);

    public Task<IReadOnlyList<ConnectedPeer>> ListPeersAsync(CancellationToken cancellationToken = default) => _fetcher.ListPeersAsync(cancellationToken);

    public async Task<ClusterStats> GetStatsAsync(CancellationToken cancellationToken = default)
    {
        var answers = await _nodes.AskAllAsync((node, token) => node.GetStatsAsync(token), cancellationToken).ConfigureAwait(false);
        return new ClusterStats
        {
            Nodes = [.. answers.Where(answer => answer.Error is null).Select(answer => answer.Result!)],
            Silent = [.. answers.Where(answer => answer.Error is not null).Select(answer => answer.Node)],
        };
    }

    public async Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken = default) =>
        await _nodes.ListAsync(cancellationToken).ConfigureAwait(false);

    private async Task<AddResult> AddAsync(
        string pathAndQuery, UploadSource source, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var receipt = await _uploader.UploadAsync(pathAndQuery, source, progress, cancellationToken).ConfigureAwait(false);
        if (receipt.Roots is not [var root] || !Cid.TryParse(root.Cid, out var cid))
            throw new DataPlaneException(DataPlaneErrorCodes.Internal, $"The silo answered an add with {receipt.Roots.Count} roots.");
        return new AddResult { Root = cid, SizeBytes = root.SizeBytes, DagBytes = root.DagBytes, Blocks = root.Blocks };
    }

    private async IAsyncEnumerable<DirectoryEntry> ListCoreAsync(
        IpfsPath path, ListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new EntityRequest
        {
            Path = path,
            Scope = DagScope.Entity,
            Walk = options.ResolveEntries ? DataPlaneProtocol.ListWalk : null,
        };
        var blocks = _reads.Open(request);
        await using var _ = blocks.ConfigureAwait(false);
        await foreach (var entry in DirectoryLister.ListAsync(blocks, path, options, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }
}
