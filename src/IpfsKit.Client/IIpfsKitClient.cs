using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>Content of an IpfsKit cluster: add, read, list, pin.</summary>
/// <remarks>
/// <para><b>Verified.</b> Every byte that a member hands out was hashed in this process and matched the CID under which it was asked for.</para>
/// <para><b>Durable.</b> A member that stores something completes once it is on disk on as many silos as the cluster's write concern asks for, and visible.
/// Repeating it after a failure is harmless.</para>
/// <para><b>Failover.</b> A read goes on from another silo when one stops answering or lies; only when nobody is left it fails, with
/// <see cref="ContentUnavailableException"/> naming who was tried.</para>
/// <para><b>Errors.</b> What the cluster answers derives from <see cref="IpfsKitException"/>, what is wrong with content from
/// <see cref="IpldException"/>; misuse is <see cref="ArgumentException"/>. <b>Threads.</b> All members may be called concurrently; the object is a
/// singleton in dependency injection. Tests use <c>InMemoryIpfsKitClient</c> of the package IpfsKit.Client.Testing.</para>
/// </remarks>
public interface IIpfsKitClient
{
    /// <summary>Adds the rest of a stream as one file.</summary>
    /// <param name="content">Read to its end, not disposed. A seekable stream is sent again from its present position when a silo fails; any other can be sent once.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told of bytes sent, at most about once per 64 KiB.</param>
    /// <param name="cancellationToken">
    /// Ends the upload. Nothing of it is visible then, unless the silo had received its last byte: it registers such an upload whether anybody waits or not.
    /// </param>
    /// <exception cref="InsufficientStorageException">No silo has room.</exception>
    /// <exception cref="UploadInterruptedException">The connection was lost and the stream cannot be read again; the root may be visible all the same.</exception>
    Task<AddResult> AddStreamAsync(
        Stream content, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Adds a file of the local disk.</summary>
    /// <inheritdoc cref="AddStreamAsync"/>
    /// <param name="filePath">The file; read again when a silo fails.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told of bytes sent.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    Task<AddResult> AddFileAsync(
        string filePath, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Adds a directory of the local disk with everything below it; its own name is not part of the content.</summary>
    /// <inheritdoc cref="AddStreamAsync"/>
    /// <param name="directoryPath">The directory; read again when a silo fails. Files that change meanwhile are added as they were read.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told of bytes and files sent.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    Task<AddResult> AddDirectoryAsync(
        string directoryPath, AddOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Opens a file to read: seekable, of known length, verified block by block as it is read.</summary>
    /// <returns>
    /// A stream for one reader, to be disposed. It reads ahead within the bound of the options, so that a block is checked while the one before is
    /// used; reading past the end gives 0 bytes, seeking there is allowed. Reads throw what this member throws.
    /// </returns>
    /// <exception cref="ContentNotFoundException">No silo has it.</exception>
    /// <exception cref="PathNotFoundException">A name of the path does not exist.</exception>
    /// <exception cref="ContentUnavailableException">Those who have it could not deliver it.</exception>
    /// <exception cref="IpfsKit.Ipld.UnixFs.UnixFsTypeException">It is no file.</exception>
    Task<Stream> OpenReadAsync(IpfsPath path, CancellationToken cancellationToken = default);

    /// <summary>The entries of a directory in the order of its DAG, sharded directories included.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="options">What to find out of each entry; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <inheritdoc cref="OpenReadAsync" path="/exception"/>
    IAsyncEnumerable<DirectoryEntry> ListAsync(IpfsPath path, ListOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>What a path leads to, and what the cluster knows of it.</summary>
    /// <inheritdoc cref="OpenReadAsync" path="/exception"/>
    Task<ContentStat> StatAsync(IpfsPath path, CancellationToken cancellationToken = default);

    /// <summary>Writes a file, a symbolic link or a directory with everything below it to the local disk.</summary>
    /// <param name="path">What to get.</param>
    /// <param name="destination">
    /// What to create; its parent must exist. Nothing is ever written outside of it, whatever names and links the content holds.
    /// </param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told of bytes and files written.</param>
    /// <param name="cancellationToken">Ends the download; what was written so far stays.</param>
    /// <returns>The bytes of files and the number of files written.</returns>
    /// <exception cref="IOException">The destination exists, or cannot be written.</exception>
    /// <inheritdoc cref="OpenReadAsync" path="/exception"/>
    Task<TransferProgress> DownloadAsync(
        IpfsPath path, string destination, DownloadOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>The committed roots of the cluster, each once.</summary>
    IAsyncEnumerable<RootInfo> ListRootsAsync(CancellationToken cancellationToken = default);

    /// <summary>Pins what a path leads to: it is never evicted, and cannot be removed until it is unpinned. Replaces an earlier pin.</summary>
    /// <param name="path">What to pin; what is no root of its own becomes one.</param>
    /// <param name="options">How; null for a recursive pin without a name.</param>
    /// <param name="cancellationToken">Ends the wait, not necessarily the pinning.</param>
    /// <returns>What was pinned.</returns>
    /// <inheritdoc cref="OpenReadAsync" path="/exception"/>
    Task<Cid> PinAsync(IpfsPath path, PinOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a pin; false if there was none.</summary>
    Task<bool> UnpinAsync(Cid root, CancellationToken cancellationToken = default);

    /// <summary>The pins of the cluster, each once.</summary>
    /// <param name="mode">Only this mode, or null for recursive and direct ones. Indirect ones are computed by walking, which takes its time; one
    /// that several silos have may come again in a listing of more than 262,144.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<PinInfo> ListPinsAsync(PinMode? mode = null, CancellationToken cancellationToken = default);

    /// <summary>Forgets a root; its blocks go when no other root needs them. False if it was not registered.</summary>
    /// <exception cref="ContentPinnedException">It is pinned.</exception>
    Task<bool> RemoveAsync(Cid root, CancellationToken cancellationToken = default);

    /// <summary>Writes a CARv1 in depth-first order.</summary>
    /// <param name="path">What to export.</param>
    /// <param name="destination">Written from its present position, not disposed. It needs not be seekable.</param>
    /// <param name="options">What of it; null for everything below the path, each block once.</param>
    /// <param name="progress">Told of bytes written.</param>
    /// <param name="cancellationToken">Ends the export; the destination then holds the beginning of a CAR.</param>
    /// <inheritdoc cref="OpenReadAsync" path="/exception"/>
    Task<CarExportResult> ExportCarAsync(
        IpfsPath path, Stream destination, CarExportOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>Stores the blocks of a CAR, version 1 or 2, and registers its roots.</summary>
    /// <param name="car">Read to its end, not disposed; sent again when a silo fails only if it is seekable.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told of bytes sent.</param>
    /// <param name="cancellationToken">Ends the upload. No root is visible then, unless the silo had received the last byte.</param>
    /// <exception cref="BlockIntegrityException">A block does not hash to its CID.</exception>
    /// <exception cref="BlockTooLargeException">A block is over 2 MiB and that was not allowed.</exception>
    /// <exception cref="IncompleteDagException">A root lacks a block, and that was not allowed.</exception>
    Task<CarImportResult> ImportCarAsync(
        Stream car, CarImportOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Where the copies of a root are, and how many it should have.</summary>
    /// <exception cref="ContentNotFoundException">It is not registered.</exception>
    Task<ReplicationStatus> ReplicationStatusAsync(Cid root, CancellationToken cancellationToken = default);

    /// <summary>Sets how many copies a root is to have from now on, and waits until it has as many.</summary>
    /// <param name="root">The root.</param>
    /// <param name="options">How many; null for as many as critical content has.</param>
    /// <param name="cancellationToken">Ends the wait; the copies are made all the same.</param>
    /// <exception cref="ContentNotFoundException">It is not registered.</exception>
    /// <exception cref="WriteConcernNotMetException">There are too few silos that could hold it. It gets its copies when there are more.</exception>
    Task<ReplicationStatus> EnsureReplicationAsync(Cid root, EnsureReplicationOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Has a node leave the cluster: it takes no uploads any more, and its copies move to others. It may be stopped when it holds no roots any more (<see cref="GetStatsAsync"/>).</summary>
    /// <param name="node">Which.</param>
    /// <param name="leave">False calls it off.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task DecommissionAsync(PeerId node, bool leave = true, CancellationToken cancellationToken = default);

    /// <summary>Lets a node fetch content from the silos and peers that have it, and makes a root of it. What is here already is not fetched again, so that a fetch that broke off goes on.</summary>
    /// <param name="root">The root of what to fetch; all below it comes too.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told of blocks, bytes and who sent them, at most ten times a second.</param>
    /// <param name="cancellationToken">Ends the fetch on the node too. What has come stays there for a while.</param>
    /// <exception cref="ContentNotFoundException">There is nobody to ask.</exception>
    /// <exception cref="ContentTimeoutException">Nothing came for <see cref="FetchOptions.IdleTimeout"/>.</exception>
    /// <exception cref="FetchTooLargeException">It is larger than <see cref="FetchOptions.MaxBytes"/>.</exception>
    /// <exception cref="PeerUnavailableException">None of <see cref="FetchOptions.Peers"/> can be connected to, and there is nobody else to ask.</exception>
    /// <exception cref="InsufficientStorageException">There is no room.</exception>
    Task<FetchResult> FetchAsync(Cid root, FetchOptions? options = null, IProgress<FetchProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Lets a node connect to a libp2p peer, so that it can be asked for content.</summary>
    /// <param name="address">The peer's address, ending in <c>/p2p/…</c>.</param>
    /// <param name="node">Which node; null for the nearest that answers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerUnavailableException">It cannot be reached, or another peer answers.</exception>
    Task<ConnectedPeer> ConnectPeerAsync(Multiaddr address, PeerId? node = null, CancellationToken cancellationToken = default);

    /// <summary>The libp2p peers that are connected to nodes, the nodes of the cluster among them.</summary>
    Task<IReadOnlyList<ConnectedPeer>> ListPeersAsync(CancellationToken cancellationToken = default);

    /// <summary>Counters and sizes of every node that answers.</summary>
    Task<ClusterStats> GetStatsAsync(CancellationToken cancellationToken = default);

    /// <summary>The active nodes.</summary>
    Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken = default);
}
