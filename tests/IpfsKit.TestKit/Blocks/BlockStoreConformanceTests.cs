using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.TestKit.Blocks;

/// <summary>What <see cref="IBlockStore"/> promises, as tests; every implementation derives once.</summary>
public abstract class BlockStoreConformanceTests : IAsyncLifetime
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected IBlockStore Store { get; private set; } = null!;

    /// <summary>Makes an empty store with room for at least 32 MiB; disposed after the test if it is disposable.</summary>
    protected abstract ValueTask<IBlockStore> CreateAsync();

    public async ValueTask InitializeAsync() => Store = await CreateAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (Store is IAsyncDisposable asyncDisposable)
            await asyncDisposable.DisposeAsync();
        else
            (Store as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(262144)]
    [InlineData(BlockLimits.MaxBlockBytes)]
    public async Task Put_BlockOfAnySize_ReadsBackTheSame(int size)
    {
        var block = TestBlocks.Raw(1, size);
        await Store.PutAsync(block, Token);

        using var found = await Store.GetAsync(block.Cid, Token);
        Assert.NotNull(found);
        Assert.True(found.IsVerified);
        Assert.Equal(block.Cid, found.Cid);
        Assert.True(block.Data.Span.SequenceEqual(found.Data.Span));
        Assert.True(await Store.HasAsync(block.Cid, Token));
        Assert.Equal(size, await Store.GetSizeAsync(block.Cid, Token));
    }

    [Fact]
    public async Task Get_AbsentBlock_ReturnsNull()
    {
        var cid = TestBlocks.Raw(2).Cid;
        Assert.Null(await Store.GetAsync(cid, Token));
        Assert.False(await Store.HasAsync(cid, Token));
        Assert.Null(await Store.GetSizeAsync(cid, Token));
        Assert.False(await Store.DeleteAsync(cid, Token));
    }

    [Fact]
    public async Task Get_UnderAnotherCodec_FindsTheBlockAndNamesItAsAsked()
    {
        var block = TestBlocks.Raw(3);
        await Store.PutAsync(block, Token);
        var other = block.Cid.WithCodec(Multicodec.DagCbor);
        using var found = await Store.GetAsync(other, Token);
        Assert.Equal(other, found!.Cid);
        Assert.True(await Store.HasAsync(other, Token));

        Assert.True(Cid.CreateV1(Multicodec.DagPb, block.Cid.Hash).TryToV0(out var v0));
        using var asV0 = await Store.GetAsync(v0, Token);
        Assert.Equal(v0, asV0!.Cid);
    }

    [Theory]
    [InlineData(Multicodec.Sha2_512, 64)]
    [InlineData(Multicodec.Sha2_256, 20)]
    public async Task Put_OtherHashes_ReadBack(Multicodec code, int digestLength)
    {
        var data = new byte[] { 1, 2, 3 };
        var cid = Cid.CreateV1(Multicodec.Raw, new Multihash(code, MultihashAlgorithm.Compute(code, data).Digest[..digestLength]));
        await Store.PutAsync(Block.CreateVerified(cid, data), Token);
        using var found = await Store.GetAsync(cid, Token);
        Assert.Equal(data, found!.Data.ToArray());
        Assert.Contains(cid.Hash, await AllAsync());
    }

    [Fact]
    public async Task Put_HashThatIsAPrefixOfAnother_KeepsThemApart()
    {
        var block = TestBlocks.Raw(4);
        await Store.PutAsync(block, Token);
        var truncated = Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Sha2_256, block.Cid.Hash.Digest[..20]));
        Assert.False(await Store.HasAsync(truncated, Token));
        Assert.Null(await Store.GetAsync(truncated, Token));
    }

    [Fact]
    public async Task Identity_CidHoldsItsBytes_AnsweredWithoutStoring()
    {
        var cid = Cid.CreateV1(Multicodec.Raw, MultihashAlgorithm.Compute(Multicodec.Identity, "inline"u8));
        using var found = await Store.GetAsync(cid, Token);
        Assert.Equal("inline"u8, found!.Data.Span);
        Assert.True(found.IsVerified);
        Assert.True(await Store.HasAsync(cid, Token));
        Assert.Equal(6, await Store.GetSizeAsync(cid, Token));
        await Store.PutAsync(found, Token);
        Assert.False(await Store.DeleteAsync(cid, Token));
        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task Put_UnverifiedBlock_Refused()
    {
        var block = TestBlocks.Raw(5);
        var unverified = Block.CreateUnverified(block.Cid, block.Data);
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.PutAsync(unverified, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.PutManyAsync([TestBlocks.Raw(6), unverified], Token));
        Assert.False(await Store.HasAsync(block.Cid, Token));
    }

    [Fact]
    public async Task Put_SameBlockTwice_KeepsOne()
    {
        var block = TestBlocks.Raw(7);
        await Store.PutAsync(block, Token);
        await Store.PutAsync(block, Token);
        await Store.PutManyAsync([block, block, TestBlocks.Raw(7)], Token);
        Assert.Single(await AllAsync());
        Assert.True(await Store.DeleteAsync(block.Cid, Token));
        Assert.False(await Store.HasAsync(block.Cid, Token));
    }

    [Fact]
    public async Task PutMany_EmptyAndMany_AllReadBack()
    {
        await Store.PutManyAsync([], Token);
        var blocks = TestBlocks.RawMany(100, 500, 300);
        await Store.PutManyAsync(blocks, Token);
        foreach (var block in blocks)
        {
            using var found = await Store.GetAsync(block.Cid, Token);
            Assert.True(block.Data.Span.SequenceEqual(found!.Data.Span));
        }
    }

    [Fact]
    public async Task Put_PooledBlock_MayBeDisposedAfterwards()
    {
        var buffer = PooledBuffer.Rent(5000);
        new Random(8).NextBytes(buffer.Span);
        var expected = buffer.Span.ToArray();
        var block = Block.Create(Multicodec.Raw, buffer.Memory, owner: buffer);
        await Store.PutAsync(block, Token);
        buffer.Span.Clear();
        block.Dispose();
        using var found = await Store.GetAsync(block.Cid, Token);
        Assert.Equal(expected, found!.Data.ToArray());
    }

    [Fact]
    public async Task Delete_PresentBlock_RemovesOnlyIt()
    {
        var blocks = TestBlocks.RawMany(200, 3);
        await Store.PutManyAsync(blocks, Token);
        Assert.True(await Store.DeleteAsync(blocks[1].Cid.WithCodec(Multicodec.DagPb), Token));
        Assert.False(await Store.DeleteAsync(blocks[1].Cid, Token));
        Assert.False(await Store.HasAsync(blocks[1].Cid, Token));
        Assert.True(await Store.HasAsync(blocks[0].Cid, Token));
        Assert.True(await Store.HasAsync(blocks[2].Cid, Token));
    }

    [Fact]
    public async Task Put_AfterDelete_BringsTheBlockBack()
    {
        var block = TestBlocks.Raw(9);
        for (var i = 0; i < 3; i++)
        {
            await Store.PutAsync(block, Token);
            Assert.True(await Store.DeleteAsync(block.Cid, Token));
        }

        await Store.PutAsync(block, Token);
        using var found = await Store.GetAsync(block.Cid, Token);
        Assert.NotNull(found);
        Assert.Single(await AllAsync());
    }

    [Fact]
    public async Task Get_BlockDeletedMeanwhile_StaysReadable()
    {
        var block = TestBlocks.Raw(10, 5000);
        await Store.PutAsync(block, Token);
        using var found = await Store.GetAsync(block.Cid, Token);
        await Store.DeleteAsync(block.Cid, Token);
        Assert.True(block.Data.Span.SequenceEqual(found!.Data.Span));
    }

    [Fact]
    public async Task Enumerate_Blocks_ListsEachOnce()
    {
        var blocks = TestBlocks.RawMany(300, 100);
        await Store.PutManyAsync(blocks, Token);
        await Store.DeleteAsync(blocks[0].Cid, Token);
        var listed = await AllAsync();
        Assert.Equal(99, listed.Count);
        Assert.Equal(blocks.Skip(1).Select(block => block.Cid.Hash).ToHashSet(), listed.ToHashSet());
    }

    [Fact]
    public async Task Enumerate_WhileBlocksComeAndGo_ListsThoseThatStayOnce()
    {
        var stay = TestBlocks.RawMany(1000, 200);
        var go = TestBlocks.RawMany(2000, 200);
        await Store.PutManyAsync([.. stay, .. go], Token);
        var next = 0;
        var listed = new List<Multihash>();
        await foreach (var hash in Store.EnumerateAsync(Token))
        {
            listed.Add(hash);
            if (next < go.Length)
            {
                await Store.DeleteAsync(go[next].Cid, Token);
                await Store.PutAsync(TestBlocks.Raw(3000 + next), Token);
                if (next % 2 == 0)
                    await Store.PutAsync(go[next], Token);
                next++;
            }
        }

        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.Empty(stay.Select(block => block.Cid.Hash).Except(listed));
    }

    [Fact]
    public async Task Cancelled_BeforeTheCall_Throws()
    {
        var cancelled = new CancellationToken(canceled: true);
        var block = TestBlocks.Raw(11);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.PutAsync(block, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.PutManyAsync([block], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetAsync(block.Cid, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.DeleteAsync(block.Cid, cancelled));
        Assert.False(await Store.HasAsync(block.Cid, Token));
    }

    [Fact]
    public async Task Default_Cid_Throws()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Store.GetAsync(default, Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Store.HasAsync(default, Token));
    }

    [Fact]
    public async Task Concurrent_PutsGetsAndDeletes_NeverShowWrongBytes()
    {
        var blocks = TestBlocks.RawMany(5000, 64, 777);
        var kept = blocks.Where((_, i) => i % 3 != 0).ToArray();
        await Parallel.ForAsync(0, 8, Token, async (worker, cancellationToken) =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 300; i++)
            {
                var index = random.Next(blocks.Length);
                var block = blocks[index];
                switch (random.Next(4))
                {
                    case 0:
                        await Store.PutAsync(block, cancellationToken);
                        break;
                    case 1 when index % 3 == 0:
                        await Store.DeleteAsync(block.Cid, cancellationToken);
                        break;
                    default:
                        using (var found = await Store.GetAsync(block.Cid, cancellationToken))
                            Assert.True(found is null || found.Data.Span.SequenceEqual(block.Data.Span));
                        break;
                }
            }
        });
        await Store.PutManyAsync(kept, Token);
        foreach (var block in kept)
            Assert.True(await Store.HasAsync(block.Cid, Token));
    }

    protected async Task<List<Multihash>> AllAsync()
    {
        var all = new List<Multihash>();
        await foreach (var hash in Store.EnumerateAsync(Token))
            all.Add(hash);
        return all;
    }
}
