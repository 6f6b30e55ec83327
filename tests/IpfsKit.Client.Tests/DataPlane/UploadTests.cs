using System.Net;
using System.Net.Sockets;
using System.Text;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Tests.DataPlane;

/// <summary><c>POST /add</c>, <c>POST /import</c>, <c>GET /upload</c>, as docs/protocols/data-plane.md says.</summary>
public sealed class UploadTests : DataPlaneTestBase
{
    private const int MaxImportDagBlocks = 3;

    [Fact]
    public async Task Add_File_AnswersWithItsRoot()
    {
        using var response = await PostAsync(await OpenUploadAsync(), "add?pin=n", FileContent("hello world"u8.ToArray()));

        var root = Assert.Single((await ReadReceiptAsync(response)).Roots);
        Assert.Equal("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", root.Cid);
        Assert.Equal((11, 11, 1, true), (root.SizeBytes, root.DagBytes, root.Blocks, root.Committed));
        Assert.Null((await Silo.Client.StatAsync(Cid.Parse(root.Cid), Cancellation)).Root!.Pin);
    }

    [Fact]
    public async Task Add_TreeAsKuboSendsIt_IsOneDirectory()
    {
        var body = """
            --x
            Content-Disposition: form-data; name="file?mode=0755&mtime=1600000000&mtime-nsecs=5"; filename="top"
            Content-Type: application/x-directory


            --x
            Content-Disposition: form-data; name="file?mode=0640"; filename="top%2Fb+c.txt"
            Content-Type: application/octet-stream

            content
            --x
            Content-Disposition: form-data; name="file"; filename="top%2Flink"
            Content-Type: application/symlink

            b c.txt
            --x--

            """.ReplaceLineEndings("\r\n");
        using var response = await PostAsync(await OpenUploadAsync(), "add", Multipart(body));

        var root = Cid.Parse(Assert.Single((await ReadReceiptAsync(response)).Roots).Cid);
        var stat = await Silo.Client.StatAsync(root, Cancellation);
        Assert.Equal(((UnixFileMode)0x1ed, 1600000000L), (stat.Mode!.Value, stat.ModifiedAt!.Value.ToUnixTimeSeconds()));
        var entries = await Silo.Client.ListAsync(root, cancellationToken: Cancellation).ToListAsync(Cancellation);
        Assert.Equal([("b c.txt", null), ("link", "b c.txt")], entries.Select(entry => (entry.Name, entry.Target)));
        Assert.Equal((UnixFileMode)0x1a0, (await Silo.Client.StatAsync($"/ipfs/{root}/b c.txt", Cancellation)).Mode);
    }

    [Theory]
    [InlineData("top/..", DataPlaneErrorCodes.InvalidName)]
    [InlineData("top/a/../../b", DataPlaneErrorCodes.InvalidName)]
    [InlineData("top//b", DataPlaneErrorCodes.InvalidName)]
    [InlineData("top/a%00b", DataPlaneErrorCodes.InvalidName)]
    [InlineData("/etc/passwd", DataPlaneErrorCodes.BadRequest)]
    [InlineData("elsewhere/b", DataPlaneErrorCodes.BadRequest)]
    public async Task Add_TreeWithABadName_IsRefused(string name, string code)
    {
        var body = $"""
            --x
            Content-Disposition: form-data; name="file"; filename="top"
            Content-Type: application/x-directory


            --x
            Content-Disposition: form-data; name="file"; filename="{name}"
            Content-Type: application/octet-stream

            content
            --x--

            """.ReplaceLineEndings("\r\n");
        using var response = await PostAsync(await OpenUploadAsync(), "add", Multipart(body));

        await ReadProblemAsync(response, code == DataPlaneErrorCodes.BadRequest ? HttpStatusCode.BadRequest : HttpStatusCode.UnprocessableEntity, code);
    }

    [Theory]
    [InlineData("--x--\r\n")]
    [InlineData("")]
    [InlineData("--x\r\nContent-Type: application/octet-stream\r\n\r\ncontent\r\n--x--\r\n")]
    public async Task Add_TreeWithoutEntries_IsRefused(string body)
    {
        using var response = await PostAsync(await OpenUploadAsync(), "add", Multipart(body));

        await ReadProblemAsync(response, HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest);
    }

    [Theory]
    [InlineData("add?profile=none", "application/octet-stream", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("add?pin=perhaps", "application/octet-stream", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("add?mode=9", "application/octet-stream", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("add?mtime=soon", "application/octet-stream", HttpStatusCode.BadRequest, DataPlaneErrorCodes.BadRequest)]
    [InlineData("add", "text/plain", HttpStatusCode.UnsupportedMediaType, DataPlaneErrorCodes.UnsupportedMediaType)]
    [InlineData("import", "text/plain", HttpStatusCode.UnsupportedMediaType, DataPlaneErrorCodes.UnsupportedMediaType)]
    [InlineData("import", "application/vnd.ipld.car", HttpStatusCode.UnprocessableEntity, DataPlaneErrorCodes.InvalidCar)]
    public async Task Upload_NotUnderstood_IsRefused(string target, string type, HttpStatusCode status, string code)
    {
        var content = FileContent("no car"u8.ToArray());
        content.Headers.ContentType = new(type);
        using var response = await PostAsync(await OpenUploadAsync(), target, content);

        await ReadProblemAsync(response, status, code);
    }

    [Fact]
    public async Task Upload_LargerThanItsTicket_IsRefusedBeforeItIsRead()
    {
        var source = new CountingContent(1_000_000);
        using var response = await PostAsync(await OpenUploadAsync(maxBytes: 999_999), "add", source, expectContinue: true);

        var problem = await ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, DataPlaneErrorCodes.UploadTooLarge);
        Assert.Equal((999_999, 0), (problem.Limit, source.Sent));
    }

    [Fact]
    public async Task Upload_OfUnknownLength_IsCutOffAtItsTicket()
    {
        var endpoint = await OpenUploadAsync(maxBytes: 500_000);
        var source = new CountingContent(1_000_000, knowsLength: false);
        try
        {
            using var response = await PostAsync(endpoint, "add", source, expectContinue: true);
            await ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, DataPlaneErrorCodes.UploadTooLarge);
        }
        catch (HttpRequestException)
        {
            // The answer was lost in the broken connection, which is what the outcome is for.
        }

        using var outcome = await GetAsync(endpoint, "upload");
        Assert.Equal(500_000, (await ReadProblemAsync(outcome, HttpStatusCode.RequestEntityTooLarge, DataPlaneErrorCodes.UploadTooLarge)).Limit);
        Assert.Empty(await Silo.Client.ListRootsAsync(Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Outcome_OfACompletedUpload_IsItsReceipt()
    {
        var endpoint = await OpenUploadAsync();
        using var response = await PostAsync(endpoint, "add", FileContent([1, 2, 3]));
        var receipt = await ReadReceiptAsync(response);

        using var outcome = await GetAsync(endpoint, "upload");

        Assert.Equal(receipt.Roots[0].Cid, (await ReadReceiptAsync(outcome)).Roots[0].Cid);
    }

    [Fact]
    public async Task Outcome_OfAnUploadThatNeverCame_IsUnknown()
    {
        using var outcome = await GetAsync(await OpenUploadAsync(), "upload");

        await ReadProblemAsync(outcome, HttpStatusCode.NotFound, DataPlaneErrorCodes.UploadUnknown);
    }

    [Fact]
    public async Task Upload_Aborted_LeavesNothingVisibleAndNoOutcome()
    {
        var endpoint = await OpenUploadAsync();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(endpoint.Address!.Host, endpoint.Address.Port, Cancellation);
            var head = $"POST /add HTTP/1.1\r\nHost: test\r\nContent-Type: application/octet-stream\r\nContent-Length: 5000000\r\n"
                + $"{DataPlaneProtocol.TicketHeader}: {endpoint.Ticket}\r\n\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Cancellation);
            await client.GetStream().WriteAsync(new byte[3_000_000], Cancellation);
            client.Client.LingerState = new LingerOption(true, 0);
        }

        // The answer waits for the end of the upload, however that comes.
        using var outcome = await GetAsync(endpoint, "upload");
        await ReadProblemAsync(outcome, HttpStatusCode.NotFound, DataPlaneErrorCodes.UploadUnknown);
        Assert.Empty(await Silo.Client.ListRootsAsync(Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Uploads_BeyondTheLimit_AreTurnedAwayForAWhile()
    {
        using var first = new HeldContent();
        var running = PostAsync(await OpenUploadAsync(), "add", first);
        await first.Started.WaitAsync(Cancellation);

        using var second = await PostAsync(await OpenUploadAsync(), "add", FileContent([1]));

        await ReadProblemAsync(second, HttpStatusCode.ServiceUnavailable, DataPlaneErrorCodes.Busy);
        Assert.Equal(TimeSpan.FromSeconds(1), second.Headers.RetryAfter?.Delta);
        first.Release();
        using var response = await running;
        await ReadReceiptAsync(response);
    }

    [Fact]
    public async Task Import_RootNamedSeveralTimes_IsWalkedOnce()
    {
        using var response = await ImportAsync(Enumerable.Repeat(Block.Create(Multicodec.Raw, "block"u8.ToArray()), MaxImportDagBlocks + 1));

        Assert.Single((await ReadReceiptAsync(response)).Roots);
    }

    [Theory]
    [InlineData(MaxImportDagBlocks, HttpStatusCode.OK)]
    [InlineData(MaxImportDagBlocks + 1, HttpStatusCode.UnprocessableEntity)]
    public async Task Import_OfManyRoots_HasOneBudgetForAllWalks(int roots, HttpStatusCode status)
    {
        using var response = await ImportAsync(Enumerable.Range(0, roots).Select(i => Block.Create(Multicodec.Raw, new[] { (byte)i })));

        Assert.Equal(status, response.StatusCode);
    }

    protected override void Configure(DataPlaneOptions options) => (options.MaxConcurrentUploads, options.MaxImportDagBlocks) = (1, MaxImportDagBlocks);

    private async Task<HttpResponseMessage> ImportAsync(IEnumerable<Block> roots)
    {
        var blocks = roots.ToArray();
        using var car = new MemoryStream();
        await using (var writer = await CarWriter.CreateAsync(car, [.. blocks.Select(block => block.Cid)], leaveOpen: true, Cancellation))
        {
            foreach (var block in blocks)
                await writer.WriteAsync(block, Cancellation);
        }

        var content = FileContent(car.ToArray());
        content.Headers.ContentType = new(DataPlaneProtocol.CarMediaType);
        return await PostAsync(await OpenUploadAsync(), "import", content);
    }

    private static StringContent Multipart(string body)
    {
        var content = new StringContent(body);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        return content;
    }

    private sealed class CountingContent : HttpContent
    {
        private readonly int _length;
        private readonly bool _knowsLength;

        public CountingContent(int length, bool knowsLength = true)
        {
            (_length, _knowsLength) = (length, knowsLength);
            Headers.ContentType = new(DataPlaneProtocol.FileMediaType);
        }

        public int Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (; Sent < _length; Sent += 10_000)
                await stream.WriteAsync(new byte[10_000]);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return _knowsLength;
        }
    }
}
