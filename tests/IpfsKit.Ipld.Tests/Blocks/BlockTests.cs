using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.Blocks;

public sealed class BlockTests
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public void Create_Bytes_NamesThemByTheirHash()
    {
        using var block = Block.Create(Multicodec.Raw, Hello);
        Assert.Equal("bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq", block.Cid.ToString());
        Assert.True(block.IsVerified);
    }

    [Fact]
    public void CreateVerified_WrongBytes_ThrowsAndLeavesTheOwnerToTheCaller()
    {
        using var right = Block.Create(Multicodec.Raw, Hello);
        var owner = new CountingOwner(Hello.Length);
        var thrown = Assert.Throws<BlockIntegrityException>(() => Block.CreateVerified(right.Cid, owner.Memory, owner));
        Assert.Equal(right.Cid, thrown.Cid);
        Assert.Equal(0, owner.Disposals);
    }

    [Fact]
    public void Dispose_LastReference_GivesTheBufferBackOnceAndRevokesTheData()
    {
        var owner = new CountingOwner(4);
        var block = Block.Create(Multicodec.Raw, owner.Memory, owner: owner);
        Assert.Same(block, block.Retain());
        block.Dispose();
        Assert.Equal(0, owner.Disposals);
        Assert.Equal(4, block.Data.Length);
        block.Dispose();
        Assert.Equal(1, owner.Disposals);
        Assert.Throws<ObjectDisposedException>(() => block.Data);
        Assert.Throws<ObjectDisposedException>(block.Retain);
    }

    [Fact]
    public void Dispose_OnceTooOften_DoesNotGiveTheBufferBackAgain()
    {
        var owner = new CountingOwner(4);
        var block = Block.Create(Multicodec.Raw, owner.Memory, owner: owner);
        block.Dispose();
        block.Dispose();
        Assert.Equal(1, owner.Disposals);
        Assert.Throws<ObjectDisposedException>(block.Retain);
    }

    [Fact]
    public void Dispose_BlockOverAnArray_ChangesNothing()
    {
        var block = Block.Create(Multicodec.Raw, Hello);
        block.Dispose();
        block.Dispose();
        Assert.Same(block, block.Retain());
        Assert.Equal(5, block.Data.Length);
    }

    [Fact]
    public async Task Retain_UnderContention_GivesTheBufferBackExactlyOnce()
    {
        for (var round = 0; round < 50; round++)
        {
            var owner = new CountingOwner(64);
            var block = Block.Create(Multicodec.Raw, owner.Memory, owner: owner);
            var workers = Enumerable.Range(0, 8).Select(_ => block.Retain()).Select(held => Task.Run(() =>
            {
                for (var i = 0; i < 2000; i++)
                {
                    using var mine = held.Retain();
                    Assert.Equal(64, mine.Data.Length);
                }

                held.Dispose();
            }, TestContext.Current.CancellationToken)).ToArray();
            block.Dispose();
            await Task.WhenAll(workers);
            Assert.Equal(1, owner.Disposals);
        }
    }

    [Fact]
    public async Task Retain_RacingWithTheLastDispose_EitherHoldsTheBufferOrThrows()
    {
        for (var round = 0; round < 2000; round++)
        {
            var owner = new CountingOwner(1);
            var block = Block.Create(Multicodec.Raw, owner.Memory, owner: owner);
            using var start = new Barrier(2);
            var dispose = Task.Run(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                block.Dispose();
            }, TestContext.Current.CancellationToken);
            start.SignalAndWait(TestContext.Current.CancellationToken);
            try
            {
                block.Retain();
                Assert.Equal(1, block.Data.Length);
                block.Dispose();
            }
            catch (ObjectDisposedException)
            {
            }

            await dispose;
            Assert.Equal(1, owner.Disposals);
        }
    }

    [Fact]
    public void Verify_UnverifiedBlock_ProvesItOrThrows()
    {
        using var right = Block.Create(Multicodec.Raw, Hello);
        using var good = Block.CreateUnverified(right.Cid, Hello);
        Assert.False(good.IsVerified);
        Assert.Contains("unverified", good.ToString(), StringComparison.Ordinal);
        good.Verify();
        Assert.True(good.IsVerified);

        using var bad = Block.CreateUnverified(right.Cid, "hullo"u8.ToArray());
        Assert.Throws<BlockIntegrityException>(bad.Verify);
        Assert.False(bad.IsVerified);
    }

    private sealed class CountingOwner(int length) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = new byte[length];
        private int _disposals;

        public int Disposals => Volatile.Read(ref _disposals);

        public Memory<byte> Memory => _bytes;

        public void Dispose() => Interlocked.Increment(ref _disposals);
    }
}
