using System.Text;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using static IpfsKit.Bitswap.Tests.Messages.Wired;

namespace IpfsKit.Bitswap.Tests.Messages;

/// <summary>The bytes of each version, as the specification has them, both ways.</summary>
public sealed class MessageVectorTests
{
    // sha2-256 of "hello".
    private const string Digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    private static readonly Multihash Hash = new(Multicodec.Sha2_256, Hex(Digest));
    private static readonly Cid V0 = Cid.CreateV0(Hash);
    private static readonly Cid V1 = Cid.CreateV1(Multicodec.Raw, Hash);

    private static byte[] Hello => Encoding.UTF8.GetBytes("hello");

    [Theory]
    [InlineData((int)BitswapVersion.V100)]
    [InlineData((int)BitswapVersion.Unversioned)]
    public async Task Version100_WantsAndBlocks_AreTheseBytes(int version)
    {
        var message = Message(
            [new WantlistEntry(V0, WantKind.Block, 10, SendDontHave: true), new WantlistEntry(V0, WantKind.Block, 0, false, IsCancel: true)],
            isFull: true,
            [Block.CreateVerified(V0, Hello)],
            [new BlockPresence(V1, true)],
            pendingBytes: 7);
        var bytes = Hex($"5b 0a52 0a26 0a22 1220{Digest} 100a 0a26 0a22 1220{Digest} 1801 1001 1205 68656c6c6f");
        Assert.Equal(bytes, await WriteAsync(message, (BitswapVersion)version));

        var (sink, _) = await ReadAllAsync(bytes);
        var (entries, isFull) = Assert.Single(sink.Wantlists);
        Assert.True(isFull);
        Assert.Equal([new WantlistEntry(V0, WantKind.Block, 10, false), new WantlistEntry(V0, WantKind.Block, 0, false, true)], entries);
        var (prefix, data) = Assert.Single(sink.Blocks);
        Assert.Equal(CidPrefix.V0, prefix);
        Assert.Equal(Hello, data);
    }

    [Fact]
    public async Task Version110_WantsAndBlocks_AreTheseBytes()
    {
        var message = Message([new WantlistEntry(V1, WantKind.Block, 1, SendDontHave: true)], blocks: [Block.CreateVerified(V1, Hello)], presences: [new BlockPresence(V0, true)], pendingBytes: 7);
        var bytes = Hex($"3b 0a2a 0a28 0a24 01551220{Digest} 1001 1a0d 0a04 01551220 1205 68656c6c6f");
        Assert.Equal(bytes, await WriteAsync(message, BitswapVersion.V110));

        var (sink, _) = await ReadAllAsync(bytes);
        Assert.Equal([new WantlistEntry(V1, WantKind.Block, 1, false)], Assert.Single(sink.Wantlists).Entries);
        Assert.False(sink.Wantlists[0].IsFull);
        Assert.Equal(PrefixOf(V1), Assert.Single(sink.Blocks).Prefix);
    }

    [Fact]
    public async Task Version120_EverythingThatItCanSay_AreTheseBytes()
    {
        var message = Message(
            [new WantlistEntry(V1, WantKind.Have, int.MaxValue, SendDontHave: true), new WantlistEntry(V0, WantKind.Block, -1, false)],
            blocks: [Block.CreateVerified(V0, Hello)],
            presences: [new BlockPresence(V1, true), new BlockPresence(V0, false)],
            pendingBytes: 300);
        var bytes = Hex(
            $"c701 0a63 0a30 0a24 01551220{Digest} 10ffffffff07 2001 2801 0a2f 0a22 1220{Digest} 10ffffffffffffffffff01 " +
            $"1a0d 0a04 00701220 1205 68656c6c6f 2226 0a24 01551220{Digest} 2226 0a22 1220{Digest} 1001 28ac02");
        Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(await WriteAsync(message, BitswapVersion.V120)));

        var (sink, reader) = await ReadAllAsync(bytes);
        Assert.Equal([new WantlistEntry(V1, WantKind.Have, int.MaxValue, true), new WantlistEntry(V0, WantKind.Block, -1, false)], Assert.Single(sink.Wantlists).Entries);
        Assert.Equal([new BlockPresence(V1, true), new BlockPresence(V0, false)], Assert.Single(sink.Presences));
        Assert.Equal(CidPrefix.V0, Assert.Single(sink.Blocks).Prefix);
        Assert.Equal((1, 0), (reader.Messages, reader.Ignored));
    }

    [Fact]
    public async Task EmptyBlock_DataLeftOut_IsABlock()
    {
        var empty = Block.Create(Multicodec.Raw, ReadOnlyMemory<byte>.Empty);
        var bytes = Hex("08 1a06 0a04 01551220");
        Assert.Equal(bytes, await WriteAsync(Message(blocks: [empty]), BitswapVersion.V120));
        var (sink, _) = await ReadAllAsync(bytes);
        Assert.Empty(Assert.Single(sink.Blocks).Data);
    }

    [Fact]
    public async Task FullWantlist_WithoutEntries_IsSaid()
    {
        var bytes = Hex("04 0a02 1001");
        Assert.Equal(bytes, await WriteAsync(Message(isFull: true), BitswapVersion.V120));
        var (sink, _) = await ReadAllAsync(bytes);
        Assert.True(Assert.Single(sink.Wantlists).IsFull);
    }

    [Fact]
    public async Task Message_OverTheLimit_IsNotWritten()
    {
        var blocks = TestBlocks.RawMany(0, 2, BlockLimits.MaxBlockBytes);
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(Message(blocks: blocks), BitswapVersion.V120));
    }
}
