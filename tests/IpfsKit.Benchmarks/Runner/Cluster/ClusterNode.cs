using System.Net.Http.Headers;
using System.Net.Http.Json;
using IpfsKit.Benchmarks.Runner.Read;
using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Cluster;

/// <summary>One node of a cluster, spoken to directly: the client would choose by itself.</summary>
internal sealed class ClusterNode(IGrainFactory grains, PeerId peer)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>Its grain.</summary>
    public INodeGrain Grain { get; } = grains.GetGrain<INodeGrain>(peer.ToString());

    /// <summary>Adds a file to this node; returns when it is acknowledged.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="seed">Its content.</param>
    /// <param name="concern">On how many silos.</param>
    public async Task<Cid> AddAsync(long bytes, int seed, int concern = 1)
    {
        var endpoint = await Grain.OpenUploadAsync(new UploadRequest { ExpectedBytes = bytes });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint.Address!, $"{DataPlaneProtocol.AddPath}?pin=false&write-concern={concern}"));
        request.Headers.Add(DataPlaneProtocol.TicketHeader, endpoint.Ticket);
        request.Content = new StreamContent(new RandomStream(bytes, seed), 1 << 20);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(DataPlaneProtocol.FileMediaType);
        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        var receipt = await response.Content.ReadFromJsonAsync(UploadReceipt.JsonType);
        return Cid.Parse(receipt!.Roots[0].Cid);
    }

    /// <summary>Reads all of a root through this node as a CAR, wherever it is; its length.</summary>
    public async Task<long> ReadAsync(Cid root)
    {
        var endpoint = await Grain.OpenRemoteReadAsync(new RemoteReadRequest { Root = root, IsRegistered = true })
            ?? throw new InvalidOperationException($"Nobody has {root}.");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint.Address!, $"ipfs/{root}?format=car"));
        request.Headers.Add(DataPlaneProtocol.TicketHeader, endpoint.Ticket);
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        var (buffer, total) = (new byte[1 << 20], 0L);
        while (await body.ReadAsync(buffer) is > 0 and var read)
            total += read;
        return total;
    }

    /// <summary>Bytes of blocks that have come to it by bitswap.</summary>
    public async Task<long> GetBytesReceivedAsync() => (await Grain.GetStatsAsync()).Exchange.BytesReceived;
}
