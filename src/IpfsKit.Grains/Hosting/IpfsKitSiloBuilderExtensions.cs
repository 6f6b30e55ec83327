using System.Net;
using IpfsKit.Bitswap;
using IpfsKit.Connections.Tls;
using IpfsKit.Grains;
using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Placement;
using IpfsKit.Grains.Providers;
using IpfsKit.Grains.Replication;
using IpfsKit.Grains.Serialization;
using IpfsKit.Grains.Tickets;
using IpfsKit.Grains.Transport;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Puts IpfsKit into a silo.</summary>
public static class IpfsKitSiloBuilderExtensions
{
    /// <summary>Hosts a node in this silo: its grains, block store, catalog and data plane. Calling it again only adds settings.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Settings, after those of the section <c>IpfsKit</c>.</param>
    /// <remarks>
    /// Call it after choosing the grain storage <c>content</c> (<see cref="GrainNames.ContentStorage"/>). Where none has been chosen, in code or in <c>Orleans:GrainStorage:content</c>, grain state is kept in SQLite in the node's
    /// slot, which is for a cluster of one silo: with a cluster in <c>Orleans:Clustering</c>, or with a membership table that others share, the silo does not start.
    /// </remarks>
    public static ISiloBuilder AddIpfsKit(this ISiloBuilder builder, Action<IpfsKitOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (!services.Any(service => service.ServiceType == typeof(IpfsNode)))
        {
            AddSettings(services);
            AddLibp2p(services);
            AddExchange(services);
            AddReplication(services);
            AddNode(services);
            AddGrains(services);
            AddMetadata(builder);
            AddGrainState(builder);
            AddTls(services);
            // Of what decides how soon the loss of a silo is known Orleans itself reads nothing from configuration.
            services.AddOptions<ClusterMembershipOptions>().BindConfiguration("Orleans:ClusterMembership");
        }

        if (configure is not null)
            services.Configure(configure);
        return builder;
    }

    /// <summary>Makes this silo a cluster of its own on this machine, unless a cluster has been configured, in code or in <c>Orleans:Clustering</c>.</summary>
    /// <remarks>For a host that must run with nothing configured. Ports that nobody configured fall back to free ones, and the node is a master unless its role is set.</remarks>
    public static ISiloBuilder UseIpfsKitEmbeddedCluster(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (builder.Configuration.GetSection("Orleans:Clustering").Exists() || services.Any(service => service.ServiceType == typeof(IMembershipTable)))
            return builder;

        AddSettings(services);
        services.AddSingleton<EmbeddedCluster>();
        services.AddOptions<EndpointOptions>().Configure<EmbeddedCluster>((options, cluster) => cluster.Configure(options));
        return builder.UseDevelopmentClustering((IPEndPoint?)null);
    }

    private static void AddSettings(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(NodeSlot)))
            return;
        services.AddOptionsWithValidateOnStart<IpfsKitOptions>().BindConfiguration(IpfsKitOptions.SectionName);
        services.AddSingleton<IValidateOptions<IpfsKitOptions>, IpfsKitOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton(GrainNames.Clock, static (provider, _) => provider.GetRequiredService<TimeProvider>());
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<IpfsKitOptions>>().Value;
            return NodeSlot.Acquire(options.DataDirectory ?? NodeSlot.DefaultDataDirectory(), options.Slot);
        });
    }

    private static void AddLibp2p(IServiceCollection services)
    {
        services.AddSingleton<TcpPortReservations>();
        services.AddSingleton(provider => new Libp2pDefaults(provider.GetRequiredService<NodeSlot>(), provider.GetRequiredService<TcpPortReservations>(), () => RoleOf(provider)));
        // The first of all, so that configuration and code win.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<Libp2pOptions>>(provider => provider.GetRequiredService<Libp2pDefaults>()));
        services.AddSingleton<IPostConfigureOptions<Libp2pOptions>>(provider => provider.GetRequiredService<Libp2pDefaults>());
        services.AddLibp2p().UseIdentity(provider => provider.GetRequiredService<NodeIdentity>().Key).StartManually().AddBitswap();
        services.AddSingleton<Siblings>();
        services.AddSingleton<SiblingConnector>();
    }

    private static void AddExchange(IServiceCollection services)
    {
        services.AddSingleton<NodeBlockStore>();
        services.AddSingleton<IBlockStore>(provider => provider.GetRequiredService<NodeBlockStore>());
        services.AddSingleton<PinnedContent>();
        services.AddSingleton<IServePolicy, NodeServePolicy>();
        AddClocked<ProviderAggregator>(services);
        services.AddSingleton<IFetchObserver>(provider => provider.GetRequiredService<ProviderAggregator>());
        AddClocked<ProviderReporter>(services);
        services.AddSingleton<RetrievalCounters>();
        services.AddSingleton<SoughtRoots>();
        AddClocked<NodeProviderFinder>(services);
        services.AddSingleton<IProviderFinder>(provider => provider.GetRequiredService<NodeProviderFinder>());
        AddClocked<PeerUsefulness>(services);
        services.AddSingleton<FetchPlanner>();
        AddClocked<PartialContent>(services);
        services.AddSingleton<CopyKeeper>();
        services.AddSingleton<ContentExchange>();
        services.AddSingleton<PeerDirectory>();
        services.AddSingleton<FetchOperations>();
        services.AddSingleton<TransportCommands>();
        services.AddSingleton<ITransportClient, TransportClient>();
        services.AddSingleton<ExchangeLife>();
    }

    private static void AddReplication(IServiceCollection services)
    {
        services.AddSingleton(provider => new ReplicationFactors(
            provider.GetRequiredService<IOptions<IpfsKitOptions>>().Value.Replication, RoleOf(provider), provider.GetService<EmbeddedCluster>() is not null));
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<IpfsKitOptions>>().Value.Replication);
        services.AddSingleton<NodeLoads>();
        AddClocked<Absences>(services);
        services.AddSingleton<ReplicaMap>();
        services.AddSingleton<CommitSignals>();
        services.AddSingleton<CopiesAwaiter>();
        services.AddSingleton<Replicator>();
        AddClocked<SweepSchedule>(services);
        services.AddSingleton<Departure>();
        services.AddSingleton<LoadExchange>();
        services.AddSingleton<ReplicationCounters>();
        AddClocked<ReplicationSweeper>(services);
        services.AddSingleton<RepairQueue>();
        services.AddSingleton<BlockRepairer>();
    }

    private static void AddNode(IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<NodeInstruments>();
        services.AddSingleton<NodeIdentity>();
        services.AddSingleton(CreateListener);
        services.AddSingleton(provider => new NodeProfile(
            provider.GetRequiredService<NodeIdentity>().Key.PublicKey.PeerId,
            RoleOf(provider),
            provider.GetRequiredService<IOptions<IpfsKitOptions>>().Value.Zone,
            provider.GetRequiredService<DataPlaneListener>().Address,
            Libp2pEndpoints.Of(
                provider.GetRequiredService<IOptions<Libp2pOptions>>().Value,
                provider.GetRequiredService<NodeIdentity>().Key.PublicKey.PeerId,
                () => provider.GetRequiredService<ILocalSiloDetails>().SiloAddress.Endpoint.Address)));
        services.AddSingleton<NodeStorageFactory>();
        AddClocked<IpfsNode>(services);
        services.AddSingleton<HeldRoots>();
        AddClocked<ContentRegistrar>(services);
        services.AddSingleton<DagAdopter>();
        services.AddSingleton<PinWalker>();
        AddClocked<CatalogReconciler>(services);
        AddClocked<CatalogRebuilder>(services);
        AddClocked<Collector>(services);
        services.AddSingleton(provider => new TouchAggregator(provider.GetRequiredService<IOptions<IpfsKitOptions>>().Value.Heat.MaxRootsPerFlush));
        services.AddSingleton<ITouchSink, GrainTouchSink>();
        AddClocked<TouchReporter>(services);
        services.AddSingleton<ITicketKeySource, GrainTicketKeySource>();
        AddClocked<TicketService>(services);
        services.AddSingleton<ReadGate>();
        services.AddSingleton<DataPlaneInstruments>();
        services.AddSingleton<ContentReads>();
        AddClocked<DataPlaneServer>(services);
        services.TryAddSingleton<IDataPlane>(provider => provider.GetRequiredService<DataPlaneServer>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, IpfsNodeLifecycle>();
        AddClocked<ServiceFileWriter>(services);
        services.AddHostedService(provider => provider.GetRequiredService<ServiceFileWriter>());
    }

    private static void AddGrains(IServiceCollection services)
    {
        services.AddSingleton<ClusterNodes>();
        services.AddSingleton<SoleHolder>();
        services.AddGrainService<TransportGrainService>();
        services.AddPlacementFilter<RequireSiloRoleStrategy, RequireSiloRoleDirector>(ServiceLifetime.Transient);
        services.AddPlacementDirector<PinnedToNodeStrategy, PinnedToNodeDirector>();
        services.AddSingleton<IIncomingGrainCallFilter, InternalGrainCallFilter>();
        services.AddSingleton<IIncomingGrainCallFilter, GrainFaultFilter>();
        services.AddTransient<IConfigurationValidator, ClusterEndpointsValidator>();
        services.AddTransient<IConfigurationValidator, ClusterStateValidator>();
    }

    private static void AddTls(IServiceCollection services)
    {
        services.AddIpfsKitClusterTls();
        services.AddOptions<SiloConnectionOptions>().Configure<ClusterTls>(static (options, tls) =>
        {
            if (!tls.IsEnabled)
                return;
            options.ConfigureSiloInboundConnection(tls.Accept);
            options.ConfigureSiloOutboundConnection(tls.Dial);
            options.ConfigureGatewayInboundConnection(tls.Accept);
        });
    }

    private static void AddMetadata(ISiloBuilder builder)
    {
        // Orleans copies the dictionary when the silo is built, not now. The step before that, added here first, fills it with what only the built silo knows.
        var metadata = builder.Configuration.GetSection("Orleans:Metadata").Get<Dictionary<string, string>>() ?? [];
        builder.Services.AddOptions<SiloMetadata>().Configure<NodeProfile>((_, profile) => NodeMetadata.Write(profile.ToInfo(), metadata));
        builder.UseSiloMetadata(metadata);
    }

    private static void AddGrainState(ISiloBuilder builder)
    {
        var services = builder.Services;
        // Every storage of Orleans that goes by this name finds this serializer.
        services.TryAddKeyedSingleton<IGrainStorageSerializer>(GrainNames.ContentStorage, static (_, _) => new VersionedGrainStateSerializer(GrainStateJson.Default));
        if (!services.Any(service => service.ServiceType == typeof(IGrainStorage) && GrainNames.ContentStorage.Equals(service.ServiceKey)))
        {
            services.AddSingleton<EmbeddedGrainState>();
            builder.AddSqliteGrainStorage(
                GrainNames.ContentStorage, options => options.Configure<NodeSlot>(static (storage, slot) => storage.DatabasePath = slot.GrainStatePath));
        }

        ReadableGrainStorage.Wrap(services);
    }

    /// <summary>Registers a service that takes this library's clock.</summary>
    private static void AddClocked<T>(IServiceCollection services)
        where T : class =>
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<T>(provider, provider.GetRequiredKeyedService<TimeProvider>(GrainNames.Clock)));

    private static NodeRole RoleOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<IpfsKitOptions>>().Value.Role
        ?? (provider.GetService<EmbeddedCluster>() is null ? NodeRole.Worker : NodeRole.Master);

    private static DataPlaneListener CreateListener(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<IpfsKitOptions>>().Value.DataPlane;
        return options.ListenAddress is { } configured
            ? new DataPlaneListener(IPEndPoint.Parse(configured), fallBackToFreePort: false, options.PublicAddress)
            : new DataPlaneListener(new IPEndPoint(IPAddress.Loopback, DataPlaneOptions.DefaultPort), fallBackToFreePort: true, options.PublicAddress);
    }
}
