using System.Reflection;
using IpfsKit.Grains;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Client.Tests.Support;

/// <summary>A cluster of nodes that are objects of the test, under the real client.</summary>
internal sealed class FakeCluster : INodeDirectoryGrain
{
    private readonly FakeNode[] _nodes;

    public FakeCluster(params FakeNode[] nodes) => _nodes = nodes;

    public IIpfsKitClient CreateClient()
    {
        var grains = DispatchProxy.Create<IGrainFactory, Factory>();
        ((Factory)(object)grains).Cluster = this;
        var services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
        return IpfsKitClient.Create(
            grains, services.GetRequiredService<IHttpClientFactory>(), new IpfsKitClientOptions(), TimeProvider.System, NullLoggerFactory.Instance);
    }

    public ValueTask<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken) =>
        new([.. _nodes.Select(node => new NodeInfo { Node = node.Peer, Role = NodeRole.Worker })]);

    /// <summary>Gives out the grains that the client asks for.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1852", Justification = "A dispatch proxy derives from it.")]
    private class Factory : DispatchProxy
    {
        public FakeCluster Cluster { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.ReturnType == typeof(INodeDirectoryGrain)
            ? Cluster
            : targetMethod.ReturnType == typeof(INodeGrain)
                ? Cluster._nodes.Single(node => node.Peer.ToString() == (string)args![0]!)
                : throw new NotSupportedException($"{targetMethod} is not part of this fake.");
    }
}

/// <summary>A node that lists what a test gives it; every question may fail.</summary>
internal sealed class FakeNode : INodeGrain
{
    private static int _number;

    public PeerId Peer { get; } = PeerId.FromPublicKey(BitConverter.GetBytes(Interlocked.Increment(ref _number)));

    public IReadOnlyList<Cid> Roots { get; init; } = [];

    public IReadOnlyList<Cid> Indirect { get; init; } = [];

    /// <summary>What it throws instead of an answer.</summary>
    public Exception? Fault { get; init; }

    public ValueTask<NodeStats> GetStatsAsync(CancellationToken cancellationToken) =>
        Fault is null ? new(new NodeStats { Node = Peer, Roots = Roots.Count }) : throw Fault;

    public ValueTask<DataEndpoint> OpenUploadAsync(UploadRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<DataEndpoint?> OpenReadAsync(Cid cid, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<DataEndpoint?> OpenRemoteReadAsync(RemoteReadRequest request, CancellationToken cancellationToken) => new((DataEndpoint?)null);

    public IAsyncEnumerable<FetchUpdate> FetchAsync(FetchRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<ConnectedPeer> ConnectPeerAsync(Multiaddr address, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<ConnectedPeer>> ListPeersAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask AdoptAsync(Cid cid, bool wholeDag, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async IAsyncEnumerable<RootInfo> ListRootsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var root in Roots)
            yield return new RootInfo { Root = root };
        if (Fault is not null)
            throw Fault;
    }

    public async IAsyncEnumerable<PinInfo> ListPinsAsync(PinMode? mode, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var cid in mode == PinMode.Indirect ? Indirect : Roots)
            yield return new PinInfo { Cid = cid, Mode = mode ?? PinMode.Recursive };
    }

    public ValueTask SetLeavingAsync(bool isLeaving, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask SweepAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<BlockMessage> StreamBlocksAsync(BlockStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}
