using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>A silo's node: what clients may ask of one particular silo.</summary>
/// <remarks>Key: the node's peer id in base58. Always activated on that node's silo; when it is down, calls fail with <c>SiloUnavailableException</c>.</remarks>
[Alias("ipfskit.INodeGrain")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>Counters and sizes of this silo.</summary>
    [Alias("GetStats")]
    ValueTask<NodeStats> GetStatsAsync(CancellationToken cancellationToken = default);

    /// <summary>Leave to upload to this silo.</summary>
    /// <exception cref="InsufficientStorageException">There is no room for <see cref="UploadRequest.ExpectedBytes"/>.</exception>
    /// <exception cref="StateUnavailableException">Its store has failed and takes no writes.</exception>
    [Alias("OpenUpload")]
    ValueTask<DataEndpoint> OpenUploadAsync(UploadRequest request, CancellationToken cancellationToken = default);

    /// <summary>Leave to read a CID that is no registered root, if this silo holds its block; else null.</summary>
    [Alias("OpenRead")]
    ValueTask<DataEndpoint?> OpenReadAsync(Cid cid, CancellationToken cancellationToken = default);

    /// <summary>Leave to read a CID through this silo whoever has it: silos of the cluster, peers. Null if there is nobody whom this silo could ask.</summary>
    [Alias("OpenRemoteRead")]
    ValueTask<DataEndpoint?> OpenRemoteReadAsync(RemoteReadRequest request, CancellationToken cancellationToken = default);

    /// <summary>Fetches a DAG from silos and peers, and registers it as a root. Leaving the enumeration, or cancelling it, ends the fetch.</summary>
    /// <returns>How far it has come, whenever that has changed, and at last the root.</returns>
    /// <exception cref="ContentNotFoundException">There is nobody to ask.</exception>
    /// <exception cref="ContentTimeoutException">Nothing came in time; what did come stays for a while.</exception>
    /// <exception cref="FetchTooLargeException">It is larger than was allowed.</exception>
    /// <exception cref="PeerUnavailableException">None of the named peers can be connected to, and there is nobody else to ask.</exception>
    /// <exception cref="NodeBusyException">Too many fetches at once.</exception>
    /// <exception cref="InsufficientStorageException">There is no room.</exception>
    [Alias("Fetch")]
    IAsyncEnumerable<FetchUpdate> FetchAsync(FetchRequest request, CancellationToken cancellationToken = default);

    /// <summary>Connects to a libp2p peer.</summary>
    /// <param name="address">Ends in <c>/p2p/…</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The peer, once it is connected.</returns>
    /// <exception cref="PeerUnavailableException">It cannot be reached, or is another peer.</exception>
    [Alias("ConnectPeer")]
    IAsyncEnumerable<ConnectedPeer> ConnectPeerAsync(Multiaddr address, CancellationToken cancellationToken = default);

    /// <summary>The libp2p peers that are connected.</summary>
    [Alias("ListPeers")]
    ValueTask<IReadOnlyList<ConnectedPeer>> ListPeersAsync(CancellationToken cancellationToken = default);

    /// <summary>Registers a DAG that this silo holds as a root: the way to pin a child of other content.</summary>
    /// <param name="cid">The DAG's root.</param>
    /// <param name="wholeDag">Whether every block below must be here, or the block alone.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <exception cref="ContentUnavailableException">A block is missing.</exception>
    [Alias("Adopt"), ResponseTimeout("00:10:00")]
    ValueTask AdoptAsync(Cid cid, bool wholeDag, CancellationToken cancellationToken = default);

    /// <summary>Decommissions this silo, or calls that off: it takes no uploads any more, and its copies move to others. It may be stopped when it holds no roots any more (<see cref="NodeStats.Roots"/>). Remembered over restarts.</summary>
    [Alias("SetLeaving")]
    ValueTask SetLeavingAsync(bool isLeaving, CancellationToken cancellationToken = default);

    /// <summary>Has this silo look at the copies of all its roots now rather than at its next time; returns at once.</summary>
    [Alias("Sweep")]
    ValueTask SweepAsync(CancellationToken cancellationToken = default);

    /// <summary>The committed roots of this silo in the order of their keys.</summary>
    [Alias("ListRoots")]
    IAsyncEnumerable<RootInfo> ListRootsAsync(CancellationToken cancellationToken = default);

    /// <summary>The pins of this silo; indirect ones are computed by walking the recursive ones.</summary>
    /// <param name="mode">Only this mode, or null for recursive and direct.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    [Alias("ListPins")]
    IAsyncEnumerable<PinInfo> ListPinsAsync(PinMode? mode, CancellationToken cancellationToken = default);

    /// <summary>
    /// Blocks of an entity as a CAR would carry them, for clients that reach only the Orleans gateway; slower than the data plane by half or more.
    /// </summary>
    /// <exception cref="BlockStreamRefusedException">The data plane would answer with that problem.</exception>
    [Alias("StreamBlocks")]
    IAsyncEnumerable<BlockMessage> StreamBlocksAsync(BlockStreamRequest request, CancellationToken cancellationToken = default);
}
