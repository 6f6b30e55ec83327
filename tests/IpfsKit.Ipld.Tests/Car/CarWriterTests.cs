using System.IO.Pipelines;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Ipld.Tests.Car;

public sealed class CarWriterTests
{
    private static readonly Block Hello = Block.Create(Multicodec.Raw, "hello"u8.ToArray());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_BlocksOfAllSizes_GivesTheirSections()
    {
        Block[] blocks = [Hello, TestBlocks.Raw(1, 0), TestBlocks.Raw(2, 32_767), TestBlocks.Raw(3, 32_768), TestBlocks.Raw(4, 40_000), Hello, TestBlocks.Raw(5, 300_000)];
        var output = new MemoryStream();
        await using var writer = await CarWriter.CreateAsync(output, [Hello.Cid], cancellationToken: Cancellation);
        foreach (var block in blocks)
            await writer.WriteAsync(block, Cancellation);
        await writer.FlushAsync(Cancellation);
        Assert.Equal(CarBytes.V1([Hello.Cid], blocks), output.ToArray());
        Assert.Equal(output.Length, writer.BytesWritten);
        Assert.Equal(blocks.Length, writer.BlocksWritten);
    }

    [Fact]
    public async Task Write_ManySmallBlocks_GathersThem()
    {
        var output = new CountingStream();
        var blocks = TestBlocks.RawMany(0, 2000, 100);
        await using (var writer = await CarWriter.CreateAsync(output, [], leaveOpen: true, Cancellation))
            await writer.PutManyAsync(blocks, Cancellation);
        Assert.Equal(CarBytes.V1([], blocks), output.ToArray());
        Assert.InRange(output.Writes, 1, 6);
    }

    [Fact]
    public async Task Write_IdentityCid_IsLeftOut()
    {
        var output = new MemoryStream();
        var inline = Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Identity, "inline"u8));
        await using (var writer = await CarWriter.CreateAsync(output, [inline], leaveOpen: true, Cancellation))
        {
            await writer.WriteAsync(Block.CreateVerified(inline, "inline"u8.ToArray()), Cancellation);
            Assert.Equal(0, writer.BlocksWritten);
        }

        Assert.Equal(CarBytes.Header(inline), output.ToArray());
    }

    [Fact]
    public async Task Write_UnverifiedBlock_IsRefused()
    {
        await using var writer = await CarWriter.CreateAsync(new MemoryStream(), [], cancellationToken: Cancellation);
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteAsync(Block.CreateUnverified(Hello.Cid, Hello.Data), Cancellation));
        await writer.WriteAsync(Hello, Cancellation);
        Assert.Equal(1, writer.BlocksWritten);
    }

    [Fact]
    public async Task Create_DefaultRoot_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await CarWriter.CreateAsync(new MemoryStream(), [default], cancellationToken: Cancellation));

    [Fact]
    public async Task Create_OverAPipe_CompletesItAtTheEnd()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await using (var writer = await CarWriter.CreateAsync(pipe.Writer, [Hello.Cid], cancellationToken: Cancellation))
            await writer.WriteAsync(Hello, Cancellation);
        var (roots, blocks) = await CarBytes.ReadAsync(pipe.Reader.AsStream());
        Assert.Equal([Hello.Cid], roots);
        Assert.Equal(Hello.Cid, Assert.Single(blocks).Cid);
    }

    [Fact]
    public async Task Write_AfterTheStreamFailed_IsRefusedAndDisposingIsQuiet()
    {
        var output = new CountingStream { Failing = true };
        var writer = await CarWriter.CreateAsync(output, [], cancellationToken: Cancellation);
        await Assert.ThrowsAsync<IOException>(async () => await writer.WriteAsync(TestBlocks.Raw(1, 100_000), Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteAsync(Hello, Cancellation));
        await writer.DisposeAsync();
        await writer.DisposeAsync();
    }

    [Fact]
    public async Task ReadAndWrite_ManyBlocks_AllocateAFewObjectsEach()
    {
        const int Count = 2000;
#if DEBUG
        // Unoptimised async methods allocate their state at every call.
        const int Most = 1600;
#else
        // The block and the owner of its buffer, and what a CAR takes once.
        const int Most = 300;
#endif
        var car = CarBytes.V1([], TestBlocks.RawMany(0, Count, 1000));
        var output = new MemoryStream(car.Length);
        await CopyAsync();
        output.SetLength(0);
        // Streams in memory never wait, so that everything happens on this thread.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var copy = CopyAsync();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(copy.IsCompleted);
        await copy;
        Assert.InRange(allocated / Count, 0, Most);

        async Task CopyAsync()
        {
            await using var reader = await CarReader.OpenAsync(new MemoryStream(car));
            await using var writer = await CarWriter.CreateAsync(output, [], leaveOpen: true);
            while (await reader.ReadBlockAsync() is { } block)
            {
                using (block)
                    await writer.WriteAsync(block);
            }
        }
    }

    private sealed class CountingStream : MemoryStream
    {
        public int Writes { get; private set; }

        public bool Failing { get; init; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return Failing ? throw new IOException("no") : base.WriteAsync(buffer, cancellationToken);
        }
    }
}
