using IpfsKit.Libp2p.Hosting;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Two hosts in memory, of which the first is connected to the second, and each knows who the other is.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private Pair(InMemoryNetwork network, TestHost alice, TestHost bob) => (Network, Alice, Bob) = (network, alice, bob);

    public InMemoryNetwork Network { get; }

    public TestHost Alice { get; }

    public TestHost Bob { get; }

    public static async Task<Pair> StartAsync(Action<Libp2pOptions>? configureBob = null, TimeProvider? timeProvider = null, Action<Libp2pOptions>? configureAlice = null)
    {
        var network = new InMemoryNetwork();
        var pair = new Pair(network, await TestHost.StartAsync(network, configureAlice), await TestHost.StartAsync(network, configureBob, timeProvider));
        await pair.Alice.Host.ConnectAsync(pair.Bob.Info, TestContext.Current.CancellationToken);
        await pair.Alice.IdentifiedAsync(pair.Bob.PeerId);
        await pair.Bob.IdentifiedAsync(pair.Alice.PeerId);
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }
}
