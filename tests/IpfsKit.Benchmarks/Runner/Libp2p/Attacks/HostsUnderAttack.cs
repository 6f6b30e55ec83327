using System.Diagnostics;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Benchmarks.Runner.Libp2p.Attacks;

/// <summary>Two hosts in this process as <c>AddLibp2p</c> makes them, of which one sends to the other, and a process that attacks the other one.</summary>
internal sealed class HostsUnderAttack : IAsyncDisposable
{
    private const string Protocol = "/sink/1.0.0";

    // So that the attacker spends its share on the attack, and neither on heaps for every core nor on compiling once more nor on threads that spin.
    private static readonly KeyValuePair<string, string>[] AttackerEnvironment =
        [new("DOTNET_gcServer", "0"), new("DOTNET_TieredCompilation", "0"), new("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0")];

    private readonly ServiceProvider _victim;
    private readonly ServiceProvider _honest;
    private readonly ChildProcess _attacker;

    private HostsUnderAttack(ServiceProvider victim, ServiceProvider honest, ChildProcess attacker) => (_victim, _honest, _attacker) = (victim, honest, attacker);

    public static async Task<HostsUnderAttack> StartAsync()
    {
        var (victim, honest) = (await StartHostAsync(), await StartHostAsync());
        var host = victim.GetRequiredService<Libp2pHost>();
        host.SetStreamHandler(ProtocolMatcher.Exact(Protocol), async (stream, cancellationToken) =>
        {
            var buffer = new byte[StreamTransfer.WriteBytes];
            while (await stream.ReadAsync(buffer, cancellationToken) > 0)
            {
                // Counted by the sender, who is told the end only behind the last byte.
            }
        });
        await honest.GetRequiredService<Libp2pHost>().ConnectAsync(new PeerInfo(host.LocalPeer.PeerId, host.LocalPeer.ListenAddresses));
        var attacker = ChildProcess.Start(Attacker.ChildRole, [host.LocalPeer.ListenAddresses[0].ToString()], AttackerEnvironment);
        await attacker.ReadRequiredLineAsync();
        return new HostsUnderAttack(victim, honest, attacker);
    }

    /// <summary>Sends that many bytes while nobody attacks; GiB/s.</summary>
    public async Task<double> MeasureAsync(long bytes)
    {
        var start = Stopwatch.GetTimestamp();
        var peer = _victim.GetRequiredService<Libp2pHost>().LocalPeer.PeerId;
        await using var stream = await _honest.GetRequiredService<Libp2pHost>().NewStreamAsync(peer, [Protocol]);
        await StreamTransfer.SendAsync(stream, bytes);
        await StreamTransfer.ReceiveAsync(stream, 0);
        return Stopwatches.GiBPerSecond(bytes, start);
    }

    /// <summary>The same under attack, and what the attacker says of it.</summary>
    public async Task<(double Throughput, string Done)> MeasureUnderAttackAsync(Attack attack, long bytes)
    {
        await _attacker.WriteLineAsync(attack.Name);
        await _attacker.ReadRequiredLineAsync();
        var throughput = await MeasureAsync(bytes);
        await _attacker.WriteLineAsync("stop");
        return (throughput, await _attacker.ReadRequiredLineAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _attacker.DisposeAsync();
        await _honest.DisposeAsync();
        await _victim.DisposeAsync();
    }

    private static async Task<ServiceProvider> StartHostAsync()
    {
        var collection = new ServiceCollection();
        collection.AddLibp2p(options => options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0")).UseIdentity(PrivateKey.Generate()).AddNoise();
        var services = collection.BuildServiceProvider();
        await services.GetRequiredService<Libp2pHost>().StartAsync(CancellationToken.None);
        return services;
    }
}
