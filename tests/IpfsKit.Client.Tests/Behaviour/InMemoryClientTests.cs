using IpfsKit.Client.Testing;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Ipld;

namespace IpfsKit.Client.Tests.Behaviour;

/// <summary>The client for consumers' own tests behaves as the real one.</summary>
public sealed class InMemoryClientTests : ClientBehaviourTests
{
    [Fact]
    public async Task AddStream_PastTheCapacity_IsStorageFull()
    {
        var client = new InMemoryIpfsKitClient(capacityBytes: 100_000);

        await Assert.ThrowsAsync<StorageFullException>(() =>
            client.AddStreamAsync(new MemoryStream(TestContent.Bytes(200_000)), cancellationToken: Cancellation));
    }

    [Fact]
    public async Task RemoveAndAdd_AtOnce_LoseNothing()
    {
        var client = new InMemoryIpfsKitClient();
        var content = TestContent.Bytes(50_000);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            if (i % 2 == 0)
            {
                var doomed = await client.AddStreamAsync(
                    new MemoryStream(TestContent.Bytes(50_000, i + 100)), new AddOptions { Pin = false }, cancellationToken: Cancellation);
                await client.RemoveAsync(doomed.Root, Cancellation);
            }
            else
            {
                var kept = await client.AddStreamAsync(new MemoryStream([.. content, (byte)i]), cancellationToken: Cancellation);
                await using var stream = await client.OpenReadAsync(kept.Root, Cancellation);
                Assert.Equal(50_001, (await stream.ReadToEndAsync(Cancellation)).Length);
            }
        })));

        Assert.Equal(20, (await client.GetStatsAsync(Cancellation)).Roots);
    }

    protected override ValueTask<IIpfsKitClient> CreateAsync() => new(new InMemoryIpfsKitClient());
}
