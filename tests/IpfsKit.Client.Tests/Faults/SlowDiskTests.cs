using IpfsKit.Client.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Storage.Files;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Client.Tests.Faults;

/// <summary>A disk that takes as long as it likes for a sync: whoever adds waits for it, and nobody else does.</summary>
public sealed class SlowDiskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sync_ThatDoesNotReturn_HoldsUpTheAddsAndNoRead()
    {
        using var files = new HeldFileSystem();
        await using var silo = await TestSilo.StartAsync(configureSilo: builder => builder.Services.AddSingleton<IStorageFileSystem>(files));
        var before = TestContent.Bytes(300_000);
        var path = IpfsPath.Parse($"/ipfs/{(await silo.Client.AddStreamAsync(new MemoryStream(before), cancellationToken: Cancellation)).Root}");

        files.Hold();
        var late = Enumerable.Range(1, 3).Select(seed => TestContent.Bytes(200_000, seed)).ToArray();
        var adding = late.Select(content => silo.Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation)).ToArray();
        await files.WaitingAsync(Cancellation);
        for (var i = 0; i < 20; i++)
            Assert.Equal(before, await silo.Client.ReadAllBytesAsync(path, cancellationToken: Cancellation));
        // What is not durable is not acknowledged.
        Assert.DoesNotContain(adding, add => add.IsCompleted);
        files.Release();

        var added = await Task.WhenAll(adding);
        for (var i = 0; i < late.Length; i++)
            Assert.Equal(late[i], await silo.Client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{added[i].Root}"), cancellationToken: Cancellation));
    }
}
