using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Abstractions.Tests.Serialization;

/// <summary>One value of every type that crosses grains, with no member at its default.</summary>
internal static class Samples
{
    public static readonly Cid V0 = Cid.Parse("QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR");
    public static readonly Cid V1 = Cid.Parse("bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4");
    public static readonly PeerId Peer = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    private static readonly DateTimeOffset Time = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private static readonly NodePlacement Placement = new() { Node = Peer, Since = Time };
    private static readonly PinInfo Pin = new() { Cid = V0, Mode = PinMode.Direct, Name = "name", PinnedAt = Time };
    private static readonly HeatInfo Heat = new() { Score = 1.5, Hour = 2, Week = 3, Accesses = 4, BytesServed = 5, LastAccess = Time };
    private static readonly DataEndpoint Endpoint = new() { Node = Peer, Address = new Uri("http://127.0.0.1:5080/"), Ticket = "ticket", ExpiresAt = Time };

    private static readonly DataPlaneProblem Problem = new() { Status = 404, Code = "code", Title = "title", Detail = "detail", Cid = "cid", Missing = "missing", Path = "path", Segment = "segment", At = "at", Value = 1, Size = 2, Limit = 3 };

    private static readonly Multiaddr Address = Multiaddr.Parse("/ip4/192.0.2.1/tcp/4001");
    private static readonly FetchSource Source = new(Peer, 1);
    private static readonly FetchedRoot Fetched = new() { Node = Peer, SizeBytes = 1, DagBytes = 2, Blocks = 3 };
    private static readonly DiscoveryStats Discovery = new() { Searches = 1, ProvidersFound = 2, FailedDiscoveries = 3 };

    private static readonly RetrievalStats Retrieval = new() { CacheMisses = 1, CacheMissesHandled = 2, CacheMissesFailed = 3, BlocksRetrieved = 4, TotalBytesRetrieved = 5, BytesFromCluster = 6, TotalRetrieveTime = TimeSpan.FromSeconds(7), Discovery = Discovery };

    private static readonly ExchangeStats Exchange = new() { Peers = 1, BlocksReceived = 2, BytesReceived = 3, DuplicateBlocksReceived = 4, DuplicateBytesReceived = 5, UnwantedBlocksReceived = 6, BlocksSent = 7, BytesSent = 8 };

    private static readonly ReplicaInfo Replica = new() { Node = Peer, Since = Time, State = ReplicaState.Leaving, Zone = "zone" };
    private static readonly ReplicationStats Replication = new() { Poor = 1, Fair = 2, Good = 3, Excellent = 4, SweptAt = Time, Repairs = 5, Released = 6, Lost = 7, IsLeaving = true };

    public static IReadOnlyList<object> Messages { get; } =
    [
        V0, V1, Peer, PinMode.Indirect, NodeRole.Leecher, ContentStatus.Committed, Placement, Pin, Heat, Endpoint,
        new RegisterContent
        {
            Root = V0, SizeBytes = 1, DagBytes = 2, Blocks = 3, Placement = Placement, WriteConcern = 4, WholeDag = false, Revision = 5, Wanted = 6,
            Pin = new PinRequest { Mode = PinMode.Direct, Name = "name" },
        },
        new ContentRegistration
        {
            Status = ContentStatus.Committed, Acknowledged = 1, Required = 2, Epoch = 3, CommittedAt = Time, Pin = Pin, WholeDag = false, Revision = 4, Standing = 5, UnderWay = 6,
        },
        new ContentInfo
        {
            Root = V0, SizeBytes = 1, DagBytes = 2, Blocks = 3, CommittedAt = Time, Pin = Pin, Heat = Heat, Placements = [Placement], WholeDag = false,
        },
        new ContentLocation { Root = V0, SizeBytes = 1, Endpoints = [Endpoint] },
        new TouchBatch { Count = 1, Bytes = 2, Hour = 3.5, Week = 4.5, At = Time },
        new PinRequest { Mode = PinMode.Direct, Name = "name" },
        new NodeInfo { Node = Peer, Role = NodeRole.Leecher, Zone = "zone", DataAddress = new Uri("http://127.0.0.1:5080/"), Libp2pAddresses = [Address] },
        new NodeStats
        {
            Node = Peer, StartedAt = Time, Roots = 1, Pins = 2, Blocks = 3, BlockBytes = 4, DiskBytes = 5, FreeBytes = 6, Reads = 7, BytesSent = 8, Uploads = 9, BytesReceived = 10,
            Retrieval = Retrieval, Exchange = Exchange, Replication = Replication,
        },
        Retrieval, Exchange, Discovery,
        new RemoteReadRequest { Root = V0, IsRegistered = true, SkipCluster = true },
        new ProviderInfo
        {
            Peer = Peer, Successes = 1, Failures = 2, Bytes = 3, SuccessRate = 0.4, Latency = TimeSpan.FromSeconds(5), Throughput = 6, BackoffCount = 7, BackoffUntil = Time, LastSeen = Time,
        },
        Address, PeerDirection.Outbound,
        new ConnectedPeer
        {
            Peer = Peer, Node = Peer, Addresses = [Address], Latency = TimeSpan.FromSeconds(1), Direction = PeerDirection.Outbound, Agent = "agent", Protocols = ["/protocol/1"], IsNode = true,
        },
        new FetchRequest
        {
            Root = V0, Peers = [Address], IdleTimeout = TimeSpan.FromSeconds(1), MaxBytes = 2, Pin = new PinRequest { Mode = PinMode.Direct, Name = "name" }, WholeDag = false,
        },
        new FetchUpdate { Blocks = 1, Bytes = 2, Sources = [Source], Root = Fetched },
        Source, Fetched,
        new UploadRequest { MaxBytes = 1, ExpectedBytes = 2 },
        new RootInfo { Root = V0, SizeBytes = 1, DagBytes = 2, Blocks = 3, CommittedAt = Time, Pin = PinMode.Direct },
        new BlockStreamRequest { Root = V0, Path = "a/b", DagScope = "all", EntityBytes = "1:2", Ticket = "ticket" },
        new BlockMessage(V1, [1, 2, 3]),
        Problem,
        WriteConcern.Majority, ReplicationHealth.Excellent, ReplicaState.Down, Replica, Replication,
        new ReplicationStatus { Root = V0, Health = ReplicationHealth.Good, Copies = 1, Wanted = 2, Most = 3, Replicas = [Replica], UnderWay = [Peer] },
        new EnsureReplicationRequest { Copies = 3 },
    ];

    public static IReadOnlyList<IpfsKitException> Exceptions { get; } =
    [
        new IpfsKitException("message"),
        new ContentNotFoundException(V0),
        new ContentUnavailableException(V0, "reason", ["a", "b"]),
        new ContentPinnedException(V0),
        new WriteConcernNotMetException(V0, 1, 2),
        new InsufficientStorageException("message"),
        new DataPlaneException("code", "message", 503),
        new NodeBusyException("message", TimeSpan.FromSeconds(3)),
        new IncompleteDagException(V0, V1),
        new UploadTooLargeException(7),
        new ContentTimeoutException(V0, TimeSpan.FromSeconds(1), 2),
        new FetchTooLargeException(V0, 1),
        new PeerUnavailableException(Address, "reason"),
        new StateUnavailableException("message"),
        new BlockStreamRefusedException(Problem),
    ];
}
