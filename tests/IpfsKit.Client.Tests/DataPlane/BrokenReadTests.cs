using System.Net;
using IpfsKit.Grains;
using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld.Car;
using IpfsKit.Client.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Client.Tests.DataPlane;

/// <summary>A read that a silo cannot finish must not look finished.</summary>
public sealed class BrokenReadTests : DataPlaneTestBase
{
    [Fact]
    public async Task Car_OfWhichALaterBlockIsGone_BreaksOffInsteadOfEnding()
    {
        var root = await AddAsync(TestContent.Bytes(5 << 20));
        var endpoint = await LocateAsync(root);
        using (var whole = await GetAsync(endpoint, $"ipfs/{root}?format=car"))
        {
            await using var reader = await CarReader.OpenAsync(await whole.Content.ReadAsStreamAsync(Cancellation), cancellationToken: Cancellation);
            var last = root;
            while (await reader.ReadBlockAsync(Cancellation) is { } block)
                last = block.Cid;
            Assert.NotEqual(root, last);
            await Silo.Services.GetRequiredService<IpfsNode>().Blocks.DeleteAsync(last, Cancellation);
        }

        using var response = await GetAsync(endpoint, $"ipfs/{root}?format=car");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = new MemoryStream();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
            await stream.CopyToAsync(body, Cancellation);
        });
        Assert.True(body.Length > 0);

        // The client, too, gives out what it could check and then says that the rest is not to be had.
        var read = new MemoryStream();
        await Assert.ThrowsAsync<ContentUnavailableException>(async () =>
        {
            await using var stream = await Silo.Client.OpenReadAsync(root, Cancellation);
            await stream.CopyToAsync(read, Cancellation);
        });
        Assert.Equal(TestContent.Bytes(5 << 20)[..(int)read.Length], read.ToArray());
    }
}
