using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Nodes;

/// <summary>The one per silo: its identity, its storage, its counters. Opened before the silo takes calls and closed after its grains are gone.</summary>
internal sealed class IpfsNode(NodeProfile profile, DataPlaneListener listener, NodeStorageFactory storageFactory, TimeProvider time) : IAsyncDisposable
{
    private NodeStorage? _storage;

    /// <summary>What it says of itself.</summary>
    public NodeProfile Profile { get; } = profile;

    /// <summary>The silo's identity, the same after every restart.</summary>
    public PeerId PeerId => Profile.PeerId;

    /// <summary>The socket of its data plane.</summary>
    public DataPlaneListener Listener { get; } = listener;

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>What its data plane has done.</summary>
    public NodeCounters Counters { get; } = new();

    /// <summary>Whether its storage is open.</summary>
    public bool IsOpen => _storage is not null;

    /// <summary>Its storage.</summary>
    /// <exception cref="InvalidOperationException">The node is not open.</exception>
    public NodeStorage Storage => _storage ?? throw new InvalidOperationException("The node is not open: its silo has not started, or has stopped.");

    /// <summary>Its blocks. To add blocks use <see cref="Content.ContentRegistrar.Begin"/>, which keeps them from the collector.</summary>
    /// <exception cref="InvalidOperationException">The node is not open.</exception>
    public IBlockStore Blocks => Storage.Blocks;

    /// <summary>Opens the storage.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken) => _storage ??= await storageFactory.OpenAsync(cancellationToken);

    /// <summary>Closes the storage: what is acknowledged is durable already, so that this only makes the next start faster.</summary>
    public async Task CloseAsync()
    {
        var storage = Interlocked.Exchange(ref _storage, null);
        if (storage is not null)
            await storage.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();
}
