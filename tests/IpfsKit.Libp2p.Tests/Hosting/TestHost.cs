using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>A host of services of its own, on a network in memory or on loopback.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestHost(ServiceProvider services)
    {
        _services = services;
        Host = services.GetRequiredService<Libp2pHost>();
    }

    public Libp2pHost Host { get; }

    public RecordedMetrics Metrics => (RecordedMetrics)_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();

    public PeerId PeerId => Host.LocalPeer.PeerId;

    public PeerInfo Info => new(PeerId, Host.LocalPeer.ListenAddresses);

    public IServiceProvider Services => _services;

    public static async Task<TestHost> StartAsync(InMemoryNetwork? network, Action<Libp2pOptions>? configure = null, TimeProvider? timeProvider = null, PrivateKey? key = null, Action<ILibp2pBuilder>? build = null)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton(timeProvider ?? TimeProvider.System);
        collection.AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(new RecordedMetrics());
        var builder = collection.AddLibp2p(options =>
        {
            options.ListenAddresses.Add(network is null ? "/ip4/127.0.0.1/tcp/0" : "/memory/0");
            options.Identify.PushDelay = TimeSpan.FromMilliseconds(10);
            configure?.Invoke(options);
        }).UseIdentity(key ?? PrivateKey.Generate());
        if (network is not null)
            builder.AddInMemory(network);
        build?.Invoke(builder);
        var host = new TestHost(collection.BuildServiceProvider());
        await host.Host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Completes when a peer was identified, also if it was before.</summary>
    public async Task IdentifiedAsync(PeerId peer)
    {
        var identified = new TaskCompletionSource();
        Host.PeerIdentified += (_, e) =>
        {
            if (e.PeerId == peer)
                identified.TrySetResult();
        };
        if (Host.PeerStore.GetProtocols(peer).Count == 0)
            await identified.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
