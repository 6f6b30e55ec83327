using System.Text.Json.Nodes;
using IpfsKit.Interop.Tests.Peers;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>Two Helia nodes of <c>tests/peers</c> with blocks in memory, each in a process of its own: one that has content, and one that fetches.</summary>
internal sealed class HeliaPair : IAsyncDisposable
{
    private static readonly JsPeerOptions Node = new() { Script = "helia.mjs" };

    private readonly JsProcess _server;
    private readonly JsProcess _client;

    private HeliaPair(JsProcess server, JsProcess client) => (_server, _client) = (server, client);

    /// <summary>Where the one with content listens.</summary>
    public string Address => _server.Address;

    /// <summary>Starts them.</summary>
    /// <param name="bitswap">What their bitswap is made with, as JSON.</param>
    public static async Task<HeliaPair> StartAsync(string bitswap = "{}") =>
        new(await JsProcess.StartAsync(Node, "--bitswap", bitswap), await JsProcess.StartAsync(Node, "--bitswap", bitswap));

    /// <summary>Puts a file of random bytes in the place of what was there; its root.</summary>
    /// <remarks>Helia does not send a block again to the same peer for five seconds, so that each fetch needs a new one.</remarks>
    public async Task<string> AddFileAsync(BitswapContent content)
    {
        await _server.RunAsync("clear");
        return (string)(await _server.RunAsync("add", new() { ["bytes"] = content.Bytes, ["chunk"] = content.BlockBytes }))["cid"]!;
    }

    /// <summary>Puts blocks of random bytes in the place of what was there; their CIDs.</summary>
    /// <inheritdoc cref="AddFileAsync" path="/remarks"/>
    public async Task<string[]> AddBlocksAsync(BitswapContent content)
    {
        await _server.RunAsync("clear");
        var added = await _server.RunAsync("addDirectory", new() { ["count"] = content.Count, ["bytes"] = content.BlockBytes, ["list"] = true });
        return [.. added["cids"]!.AsArray().Select(cid => (string)cid!)];
    }

    /// <summary>Fetches a file; the seconds until its last byte was read.</summary>
    /// <param name="address">From whom.</param>
    /// <param name="root">The file.</param>
    /// <param name="bytes">Its length.</param>
    public Task<double> FetchFileAsync(string address, string root, long bytes) => FetchAsync(address, "cat", new() { ["cid"] = root, ["hash"] = false }, bytes);

    /// <summary>Fetches blocks from the other, some at a time; seconds.</summary>
    public Task<double> FetchBlocksAsync(IEnumerable<string> cids, int concurrency, long bytes) =>
        FetchAsync(Address, "getBlocks", new() { ["cids"] = new JsonArray([.. cids.Select(cid => JsonValue.Create(cid))]), ["concurrency"] = concurrency }, bytes);

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<double> FetchAsync(string address, string command, JsonObject arguments, long bytes)
    {
        await _client.RunAsync("clear");
        await _client.RunAsync("dial", new() { ["peer"] = address });
        var got = await _client.RunAsync(command, arguments);
        return (long)got["bytes"]! == bytes ? (double)got["ms"]! / 1000 : throw new InvalidDataException($"Helia got {got["bytes"]} bytes instead of {bytes}.");
    }
}
