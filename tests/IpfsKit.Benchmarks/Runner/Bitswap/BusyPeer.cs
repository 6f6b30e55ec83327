using IpfsKit.Bitswap;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>A process that wants 1,024 blocks of a server all the time, more than a client of ours would ask for at once, and throws away what comes. Says when the server is busy with it; ends with its input.</summary>
internal sealed class BusyPeer(BitswapNetwork network, PeerId server, Cid[] cids) : IMessageSink
{
    /// <summary>The role of the child process.</summary>
    public const string ChildRole = "bitswap-busy";

    private const int Wants = 1024;
    private const int WantsOfAMessage = 64;
    private const int BlocksBeforeBusy = 2 * WantsOfAMessage;

    private readonly TaskCompletionSource _busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _received;
    private int _wanted;

    /// <summary>Starts one, and waits until it gets blocks.</summary>
    public static async Task<ChildProcess> StartAsync(BitswapServerChild server)
    {
        var child = ChildProcess.Start(ChildRole, [server.Address]);
        await child.WriteLineAsync(string.Join(' ', server.Cids));
        await child.ReadRequiredLineAsync();
        return child;
    }

    /// <summary>The child's work.</summary>
    public static async Task<int> RunAsync(string address)
    {
        var server = PeerInfo.FromAddress(Multiaddr.Parse(address));
        var cids = Array.ConvertAll((await Console.In.ReadLineAsync())!.Split(' '), Cid.Parse);
        var services = new ServiceCollection();
        services.AddLibp2p().UseIdentity(PrivateKey.Generate()).AddNoise();
        await using var provider = services.BuildServiceProvider();
        var host = provider.GetRequiredService<ILibp2pHost>();
        using var instruments = new NetworkInstruments();
        await using var network = new BitswapNetwork(host, new BitswapNetworkOptions(), TimeProvider.System, instruments, null, NullLogger<BitswapNetwork>.Instance);
        var peer = new BusyPeer(network, server.PeerId, cids);
        network.Start(peer);
        await host.StartAsync();
        if (await network.ConnectAsync(server, CancellationToken.None) is null)
            throw new InvalidDataException($"{address} does not speak bitswap.");
        await peer.WantAsync(Wants, CancellationToken.None);
        await peer._busy.Task;
        Console.WriteLine("busy");
        await Console.In.ReadLineAsync();
        return 0;
    }

    /// <inheritdoc/>
    public void OnWantlist(PeerId peer, IReadOnlyList<WantlistEntry> entries, bool isFull)
    {
        // It has nothing.
    }

    /// <inheritdoc/>
    public async ValueTask OnBlockAsync(PeerId peer, ReceivedBlock block, CancellationToken cancellationToken)
    {
        block.Dispose();
        var received = Interlocked.Increment(ref _received);
        if (received == BlocksBeforeBusy)
            _busy.TrySetResult();
        if (received % WantsOfAMessage == 0)
            await WantAsync(WantsOfAMessage, cancellationToken);
    }

    /// <inheritdoc/>
    public void OnPresences(PeerId peer, IReadOnlyList<BlockPresence> presences)
    {
        // Wants are for blocks.
    }

    private async Task WantAsync(int count, CancellationToken cancellationToken)
    {
        using var message = new OutboundMessage();
        for (var i = 0; i < count; i++)
        {
            var n = Interlocked.Increment(ref _wanted) - 1;
            message.Wantlist.Add(new WantlistEntry(cids[n % cids.Length], WantKind.Block, int.MaxValue - n, SendDontHave: true));
        }

        await network.SendAsync(server, message, MessageLane.Wants, cancellationToken);
    }
}
