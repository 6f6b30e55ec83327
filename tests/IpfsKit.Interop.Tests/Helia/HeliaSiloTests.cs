using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.Cluster.Tests;
using IpfsKit.Interop.Tests.Peers;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Interop.Tests.Helia;

/// <summary>The main job from end to end: a service process, its client through Orleans, and Helia as the other side.</summary>
public sealed class HeliaSiloTests
{
    private const int FileBytes = 20 << 20;

    private static readonly JsPeerOptions HeliaPeer = new() { Script = "helia.mjs" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task File_AddedThroughTheClient_IsReadByHelia()
    {
        await using var helia = await JsPeer.StartAsync(HeliaPeer);
        using var directory = new TemporaryDirectory();
        await using var silo = await StartAsync(directory.Path);
        await using var connected = await ConnectedClient.ConnectAsync(silo.Service, Token);
        var bytes = RandomNumberGenerator.GetBytes(FileBytes);

        var added = await connected.Client.AddStreamAsync(new MemoryStream(bytes), cancellationToken: Token);
        await helia.RunAsync("dial", new { peer = (await AddressAsync(connected.Client)).ToString() });
        var got = await helia.RunAsync("cat", new { cid = added.Root.ToString() }, Patience);

        Assert.Equal((FileBytes, Convert.ToHexStringLower(SHA256.HashData(bytes))), ((long)got["bytes"]!, (string)got["sha256"]!));
        var exchanged = Assert.Single((await connected.Client.GetStatsAsync(Token)).Nodes).Exchange;
        Assert.InRange(exchanged.BytesSent, added.DagBytes, added.DagBytes + (added.DagBytes / 100));
    }

    [Fact]
    public async Task File_OfHelia_IsReadThroughTheClient()
    {
        await using var helia = await JsPeer.StartAsync(HeliaPeer);
        using var directory = new TemporaryDirectory();
        await using var silo = await StartAsync(directory.Path);
        await using var connected = await ConnectedClient.ConnectAsync(silo.Service, Token);
        var added = await helia.RunAsync("add", new { bytes = FileBytes }, Patience);

        var peer = await connected.Client.ConnectPeerAsync(helia.Addresses[0], cancellationToken: Token);
        await using var file = await connected.Client.OpenReadAsync($"/ipfs/{added["cid"]}", Token);

        Assert.Equal((helia.PeerId, FileBytes), (peer.Peer, file.Length));
        Assert.Equal((string)added["sha256"]!, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Token)));
        var stats = (await connected.Client.GetStatsAsync(Token)).Retrieval;
        Assert.InRange(stats.TotalBytesRetrieved, FileBytes, FileBytes + (FileBytes / 100));
        Assert.Equal(0, stats.BytesFromCluster);
    }

    [Fact]
    public async Task File_OfHelia_FetchedByOneSilo_IsReadThroughAnotherWhenHeliaHasGone()
    {
        using var directory = new TemporaryDirectory();
        await using var hosts = await HostPair.StartAsync(directory.Path, Token);
        var (first, second) = (PeerId.Parse(hosts.First.Service.PeerId), PeerId.Parse(hosts.Second.Service.PeerId));
        Cid root;
        string hash;
        await using (var helia = await JsPeer.StartAsync(HeliaPeer))
        {
            var added = await helia.RunAsync("add", new { bytes = FileBytes }, Patience);
            (root, hash) = (Cid.Parse((string)added["cid"]!), (string)added["sha256"]!);
            var fetched = await hosts.ToFirst.Client.FetchAsync(root, new FetchOptions { Peers = [helia.Addresses[0]], Node = first }, cancellationToken: Token);
            Assert.Equal((FileBytes, helia.PeerId), (fetched.SizeBytes, Assert.Single(fetched.Sources).Peer));
        }

        await hosts.ReadThroughAsync(second, root, Token);

        await Eventually.TrueAsync("both silos are listed", async () => (await hosts.StatAsync(root, Token)).Placements.Count == 2, Patience, Token);
        await using var file = await hosts.ToSecond.Client.OpenReadAsync($"/ipfs/{root}", Token);
        Assert.Equal(hash, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Token)));
    }

    private static Task<SiloHostProcess> StartAsync(string data) => SiloHostProcess.StartAsync(data, Token);

    private static async Task<Multiaddr> AddressAsync(IIpfsKitClient client) => Assert.Single(Assert.Single(await client.ListNodesAsync(Token)).Libp2pAddresses);
}
