using System.Net;
using System.Net.Http.Headers;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Client.Tests.DataPlane;

/// <summary><c>GET /ipfs/…</c>, as docs/protocols/data-plane.md says.</summary>
public sealed class ContentReadTests : DataPlaneTestBase
{
    private readonly byte[] _content = TestContent.Bytes(2_500_000);

    [Fact]
    public async Task Car_WholeDag_HoldsAllBlocksInOrder()
    {
        var root = await AddAsync(_content);
        using var response = await GetAsync(await LocateAsync(root), $"ipfs/{root}?format=car");

        Assert.Equal("application/vnd.ipld.car; version=1; order=dfs; dups=y", response.Content.Headers.ContentType?.ToString());
        var blocks = await ReadCarAsync(response);
        Assert.Equal((4, root), (blocks.Count, blocks[0].Cid));
        Assert.Equal(_content, blocks.Skip(1).SelectMany(block => block.Data.ToArray()));
    }

    [Theory]
    [InlineData("dag-scope=block", 2)]
    [InlineData("dag-scope=entity", 5)]
    [InlineData("dag-scope=all", 5)]
    [InlineData("dag-scope=entity&entity-bytes=0:0", 3)]
    [InlineData("dag-scope=entity&entity-bytes=1048575:1048576", 4)]
    [InlineData("dag-scope=entity&entity-bytes=-1:*", 3)]
    [InlineData("dag-scope=entity&entity-bytes=9999999:*", 2)]
    [InlineData("entity-bytes=0:10", 3)]
    [InlineData("car-order=dfs&car-dups=n&car-version=1&dag-scope=entity", 5)]
    public async Task Car_ScopeAndRange_HoldPathAndWhatIsAskedFor(string query, int blocks)
    {
        var root = await AddAsync(_content, wrapAs: "a file");
        using var response = await GetAsync(await LocateAsync(root), $"ipfs/{root}/a%20file?format=car&{query}");

        Assert.Equal(blocks, (await ReadCarAsync(response)).Count);
    }

    [Fact]
    public async Task Car_AcceptHeader_IsUnderstood()
    {
        var root = await AddAsync(_content);
        using var response = await GetAsync(
            await LocateAsync(root), $"ipfs/{root}", request => request.Headers.Accept.ParseAdd("application/vnd.ipld.car; version=1; order=dfs; dups=n"));

        Assert.Equal(4, (await ReadCarAsync(response)).Count);
    }

    [Fact]
    public async Task Raw_Block_IsThereWithItsLength()
    {
        var root = await AddAsync("hello"u8.ToArray());
        using var response = await GetAsync(await LocateAsync(root), $"ipfs/{root}?format=raw");

        Assert.Equal((5, DataPlaneProtocol.RawMediaType), (response.Content.Headers.ContentLength, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal("hello", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData(1, 3L, "ell", "bytes 1-3/5")]
    [InlineData(3, null, "lo", "bytes 3-4/5")]
    [InlineData(null, 2L, "lo", "bytes 3-4/5")]
    [InlineData(0, 99L, "hello", null)]
    public async Task Raw_Range_IsAPart(int? from, long? to, string expected, string? range)
    {
        var root = await AddAsync("hello"u8.ToArray());
        using var response = await GetAsync(
            await LocateAsync(root), $"ipfs/{root}?format=raw", request => request.Headers.Range = new RangeHeaderValue(from, to));

        Assert.Equal(range is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(range, response.Content.Headers.ContentRange?.ToString());
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Raw_RangeOutside_IsRefused()
    {
        var root = await AddAsync("hello"u8.ToArray());
        using var response = await GetAsync(
            await LocateAsync(root), $"ipfs/{root}?format=raw", request => request.Headers.Range = new RangeHeaderValue(5, null));

        await ReadProblemAsync(response, HttpStatusCode.RequestedRangeNotSatisfiable, DataPlaneErrorCodes.RangeNotSatisfiable);
        Assert.Equal("bytes */5", response.Content.Headers.ContentRange?.ToString());
    }

    [Theory]
    [InlineData("format=tar", HttpStatusCode.NotAcceptable, DataPlaneErrorCodes.NotAcceptable)]
    [InlineData("", HttpStatusCode.NotAcceptable, DataPlaneErrorCodes.NotAcceptable)]
    [InlineData("format=car&car-order=rnd", HttpStatusCode.NotAcceptable, DataPlaneErrorCodes.NotAcceptable)]
    [InlineData("format=car&car-version=2", HttpStatusCode.NotAcceptable, DataPlaneErrorCodes.NotAcceptable)]
    [InlineData("format=car&dag-scope=some", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("format=car&entity-bytes=5", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("format=car&entity-bytes=5:3", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("format=car&car-dups=maybe", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("format=car&walk=sideways", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("format=car&dag-scope=all&dag-scope=block", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    public async Task Query_NotUnderstood_IsRefused(string query, HttpStatusCode status, string code)
    {
        var root = await AddAsync([1]);
        using var response = await GetAsync(await LocateAsync(root), $"ipfs/{root}?{query}");

        await ReadProblemAsync(response, status, code);
    }

    [Fact]
    public async Task Path_ThatDoesNotExist_NamesTheSegment()
    {
        var root = await AddAsync([1], wrapAs: "a");
        using var response = await GetAsync(await LocateAsync(root), $"ipfs/{root}/b?format=car");

        var problem = await ReadProblemAsync(response, HttpStatusCode.NotFound, DataPlaneErrorCodes.PathNotFound);
        Assert.Equal(("b", root.ToString()), (problem.Segment, problem.At));
    }

    [Theory]
    [InlineData("ipfs/notacid?format=car")]
    [InlineData("ipfs/?format=car")]
    [InlineData("ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e/%2e%2e/x?format=car")]
    [InlineData("ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e/a%2Fb?format=car")]
    public async Task Path_Malformed_IsRefused(string target)
    {
        var endpoint = await LocateAsync(await AddAsync([1]));
        // As it stands: a Uri would tidy it up first.
        using var response = await RawHttp.GetAsync(endpoint, target, Cancellation);

        await ReadProblemAsync(response, HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest);
    }

    [Fact]
    public async Task Path_WithNul_IsRefused()
    {
        var endpoint = await LocateAsync(await AddAsync([1]));
        // By Kestrel, before anything of ours.
        using var response = await RawHttp.GetAsync(endpoint, "ipfs/a%00b?format=car", Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Ticket_MissingForgedOrForAnotherRoot_IsRefused()
    {
        var endpoint = await LocateAsync(await AddAsync([1]));
        var other = await AddAsync([2]);

        using (var missing = await GetAsync(endpoint, $"ipfs/{other}?format=car", ticket: ""))
            await ReadProblemAsync(missing, HttpStatusCode.Unauthorized, DataPlaneErrorCodes.TicketMissing);
        using (var forged = await GetAsync(endpoint, $"ipfs/{other}?format=car", ticket: "AAAA"))
            await ReadProblemAsync(forged, HttpStatusCode.Forbidden, DataPlaneErrorCodes.TicketInvalid);
        using (var another = await GetAsync(endpoint, $"ipfs/{other}?format=car"))
            await ReadProblemAsync(another, HttpStatusCode.Forbidden, DataPlaneErrorCodes.TicketScope);
        using (var upload = await GetAsync(await OpenUploadAsync(), $"ipfs/{other}?format=car"))
            await ReadProblemAsync(upload, HttpStatusCode.Forbidden, DataPlaneErrorCodes.TicketScope);
    }

    [Fact]
    public async Task Address_Unknown_IsSaidToBe()
    {
        var endpoint = await LocateAsync(await AddAsync([1]));
        using var response = await GetAsync(endpoint, "nothing/here");

        await ReadProblemAsync(response, HttpStatusCode.NotFound, DataPlaneErrorCodes.NoSuchEndpoint);
    }

    [Fact]
    public async Task Read_TouchesItsRoot_OnceForAllItsRequests()
    {
        var root = await AddAsync(TestContent.Bytes(6_000_000));
        await using (var stream = await Silo.Client.OpenReadAsync(root, Cancellation))
            await stream.CopyToAsync(Stream.Null, Cancellation);

        // The silo counts a request when it has ended there, which may be after the client has read all of it.
        await Eventually.TrueAsync(
            "all requests are counted",
            async () => await Silo.Client.GetStatsAsync(Cancellation) is { Reads: >= 2, BytesSent: >= 6_000_000 },
            TimeSpan.FromSeconds(30),
            Cancellation);
        var touches = Silo.Services.GetRequiredService<Grains.Heat.TouchReporter>();
        await Eventually.TrueAsync(
            "the touch is reported",
            async () =>
            {
                await touches.TickAsync(Cancellation);
                await touches.SweepAsync(Cancellation);
                return (await Silo.Client.StatAsync(root, Cancellation)).Root!.Heat.Accesses > 0;
            },
            TimeSpan.FromSeconds(30),
            Cancellation);
        Assert.Equal(1, (await Silo.Client.StatAsync(root, Cancellation)).Root!.Heat.Accesses);
    }

    private static async Task<List<Block>> ReadCarAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await (response.IsSuccessStatusCode ? Task.FromResult("") : response.Content.ReadAsStringAsync(Cancellation)));
        await using var reader = await CarReader.OpenAsync(await response.Content.ReadAsStreamAsync(Cancellation), cancellationToken: Cancellation);
        return await reader.ReadBlocksAsync(Cancellation).ToListAsync(Cancellation);
    }
}
