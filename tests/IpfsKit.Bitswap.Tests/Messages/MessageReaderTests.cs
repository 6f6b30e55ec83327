using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Bitswap.Tests.Messages.Wired;

namespace IpfsKit.Bitswap.Tests.Messages;

/// <summary>What other implementations, old ones, broken ones and hostile ones send.</summary>
public sealed class MessageReaderTests
{
    private static readonly Block Known = TestBlocks.Raw(1);
    private static readonly byte[] KnownPrefix = [1, 0x55, 0x12, 0x20];

    [Fact]
    public async Task Wants_ForBlocksThatNobodyCanAskFor_AreIgnoredAndTheRestCounts()
    {
        byte[][] cids =
        [
            Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Identity, new byte[20])).ToBytes(),
            Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Identity, new byte[128])).ToBytes(),
            [1, 0x55, 0, 0x81, 1, .. new byte[129]],
            Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Sha2_256, new byte[19])).ToBytes(),
            [1, 0x55, 0x12, 0x81, 1, .. new byte[129]],
            [1, 0x55, 0x12, 0xa2, 1, .. new byte[162]],
            [2, 0x55, 0x12, 0x20, .. new byte[32]],
            [.. Known.Cid.ToBytes(), 0],
            [],
            Known.Cid.ToBytes(),
        ];
        byte[] wantlist = [.. cids.SelectMany(cid => Field(1, Field(1, cid)))];
        byte[] presences = [.. cids.SelectMany(cid => Field(4, Field(1, cid)))];
        var (sink, reader) = await ReadAllAsync(Framed([.. Field(1, wantlist), .. presences]));
        Assert.Equal(Known.Cid, Assert.Single(Assert.Single(sink.Wantlists).Entries).Cid);
        Assert.Equal(Known.Cid, Assert.Single(Assert.Single(sink.Presences)).Cid);
        Assert.Equal(2 * (cids.Length - 1), reader.Ignored);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(128)]
    public async Task Want_DigestOfALengthThatIsAllowed_Counts(int digestBytes)
    {
        var cid = Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Blake2b_256, new byte[digestBytes]));
        var (sink, _) = await ReadAllAsync(Framed(Field(1, Field(1, Field(1, cid.ToBytes())))));
        Assert.Equal(cid, Assert.Single(Assert.Single(sink.Wantlists).Entries).Cid);
    }

    [Fact]
    public async Task Want_UnknownKindOrNoCid_IsIgnored()
    {
        byte[] unknownKind = Field(1, [.. Field(1, Known.Cid.ToBytes()), 0x20, 2]);
        byte[] noCid = Field(1, [0x10, 5]);
        byte[] tooLong = Field(1, [.. Field(1, Known.Cid.ToBytes()), .. Field(9, new byte[BitswapProtocol.MaxEntryBytes])]);
        var (sink, reader) = await ReadAllAsync(Framed(Field(1, [.. unknownKind, .. noCid, .. tooLong])));
        Assert.Empty(sink.Wantlists);
        Assert.Equal(3, reader.Ignored);
    }

    [Fact]
    public async Task Fields_UnknownOrOfAnotherType_AreSkipped()
    {
        byte[] unknown = [.. Field(9, new byte[40_000]), 0x50, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x59, 1, 2, 3, 4, 5, 6, 7, 8, 0x5d, 1, 2, 3, 4, 0x08, 1, 0x18, 1, 0x20, 1];
        byte[] entry = [.. Field(7, 1, 2), .. Field(1, Known.Cid.ToBytes()), 0x58, 1];
        byte[] payload = [.. Field(1, KnownPrefix), .. Field(8, new byte[20_000]), .. Field(2, Known.Data.Span), 0x48, 1];
        var (sink, reader) = await ReadAllAsync(Framed([.. unknown, .. Field(1, [.. Field(5, 1), .. Field(1, entry)]), .. unknown, .. Field(3, payload), .. unknown]));
        Assert.Single(Assert.Single(sink.Wantlists).Entries);
        Assert.Equal(Known.Data.ToArray(), Assert.Single(sink.Blocks).Data);
        Assert.Equal(0, reader.Ignored);
    }

    [Fact]
    public async Task Fields_RepeatedAndInAnyOrder_AreMerged()
    {
        byte[] first = [0x10, 1, .. Field(1, [0x10, 9, .. Field(1, Known.Cid.ToBytes()), 0x10, 7])];
        byte[] second = Field(1, Field(1, TestBlocks.Raw(2).Cid.ToBytes()));
        byte[] payload = [.. Field(2, 1, 2), .. Field(2, Known.Data.Span), .. Field(1, 1, 2, 3), .. Field(1, KnownPrefix)];
        var (sink, _) = await ReadAllAsync(Framed([.. Field(3, payload), .. Field(1, first), .. Field(4, Field(1, Known.Cid.ToBytes())), .. Field(1, second)]));
        var (entries, isFull) = Assert.Single(sink.Wantlists);
        Assert.True(isFull);
        Assert.Equal([7, 0], entries.Select(entry => entry.Priority));
        Assert.Equal((PrefixOf(Known.Cid), true), (sink.Blocks[0].Prefix, sink.Blocks[0].Data.SequenceEqual(Known.Data.ToArray())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0a0401550020")]
    [InlineData("0a0401551213")]
    [InlineData("0a05015512 8101")]
    [InlineData("0a0400551220")]
    [InlineData("0a0402551220")]
    [InlineData("0a03015512")]
    [InlineData("0a050155122000")]
    [InlineData("0a2a 0101010101010101010101010101010101010101010101010101010101010101010101010101010101 01")]
    public async Task Block_PrefixThatNamesNoBlock_IsIgnored(string prefix)
    {
        var (sink, reader) = await ReadAllAsync([.. Framed(Field(3, [.. Hex(prefix), .. Field(2, 1, 2, 3)])), .. Framed(Field(3, [.. Field(2, 1, 2, 3), .. Hex(prefix)]))]);
        Assert.Empty(sink.Blocks);
        Assert.Equal(2, reader.Ignored);
    }

    [Theory]
    [InlineData("0105")]
    [InlineData("0108")]
    [InlineData("020a05")]
    [InlineData("040a020a05")]
    [InlineData("030a80808080808080808001")]
    [InlineData("020007")]
    [InlineData("0100")]
    [InlineData("010b")]
    [InlineData("010c")]
    [InlineData("010e")]
    [InlineData("0b12ffffffffffffffffff01")]
    [InlineData("0c 0a0a 0affffffffffffffff7f00")]
    [InlineData("0c 08 ffffffffffffffffffff01")]
    [InlineData("061a041205aabb")]
    [InlineData("8080808080808080808001")]
    [InlineData("8000")]
    public async Task Message_Malformed_IsAViolation(string hex) =>
        await Assert.ThrowsAsync<ProtocolViolationException>(() => ReadAllAsync([.. Hex(hex), .. new byte[30]]));

    [Fact]
    public async Task Message_CutAnywhere_IsAViolationAndNothingIsKept()
    {
        var message = Message([new WantlistEntry(Known.Cid, WantKind.Have, 1, true)], blocks: [TestBlocks.Raw(3, 50)], presences: [new BlockPresence(Known.Cid, true)]);
        var bytes = await WriteAsync(message, BitswapVersion.V120);
        for (var length = 1; length < bytes.Length; length++)
            await Assert.ThrowsAsync<ProtocolViolationException>(() => ReadAllAsync(bytes[..length]));
    }

    [Fact]
    public async Task Message_TooLarge_IsAViolationBeforeAnythingIsRead()
    {
        var length = new byte[Varint.MaxBytes];
        var count = Varint.Write(length, BitswapProtocol.MaxMessageBytes + 1);
        var failure = await Assert.ThrowsAsync<ProtocolViolationException>(() => ReadAllAsync(length[..count]));
        Assert.Contains("4194305", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Block_TooLarge_IsAViolationBeforeItIsRead(int field)
    {
        byte[] Of(int size) => field == 2 ? Framed(Field(2, new byte[size])) : Framed(Field(3, [.. Field(1, KnownPrefix), .. Field(2, new byte[size])]));
        var (sink, _) = await ReadAllAsync(Of(BlockLimits.MaxBlockBytes));
        Assert.Equal(BlockLimits.MaxBlockBytes, Assert.Single(sink.Blocks).Data.Length);
        await Assert.ThrowsAsync<ProtocolViolationException>(() => ReadAllAsync(Of(BlockLimits.MaxBlockBytes + 1)[..64]));
    }

    [Fact]
    public async Task Wantlist_OfAMillion_IsBounded()
    {
        var entry = Field(1, Field(1, Known.Cid.ToBytes()));
        var count = (BitswapProtocol.MaxMessageBytes - 10) / entry.Length;
        var wantlist = new byte[count * entry.Length];
        for (var i = 0; i < count; i++)
            entry.CopyTo(wantlist, i * entry.Length);
        var (sink, reader) = await ReadAllAsync(Framed(Field(1, wantlist)));
        Assert.Equal(BitswapProtocol.MaxWantlistEntries, Assert.Single(sink.Wantlists).Entries.Count);
        Assert.Equal(count - BitswapProtocol.MaxWantlistEntries, reader.Ignored);
    }

    [Fact]
    public async Task Presences_OfAMillion_AreHandedOverInParts()
    {
        var presences = Enumerable.Repeat(Field(4, Field(1, Known.Cid.ToBytes())), 2500).SelectMany(bytes => bytes).ToArray();
        var (sink, _) = await ReadAllAsync(Framed(presences));
        Assert.Equal([BitswapProtocol.MaxPresences, BitswapProtocol.MaxPresences, 2500 - (2 * BitswapProtocol.MaxPresences)], sink.Presences.Select(part => part.Count));
    }

    [Fact]
    public async Task Messages_ThatSayNothing_EndAtALimit()
    {
        byte[] something = Framed(Field(4, Field(1, Known.Cid.ToBytes())));
        byte[] nothing = [.. Enumerable.Repeat((byte)0, BitswapProtocol.MaxEmptyMessages)];
        var (_, reader) = await ReadAllAsync([.. nothing, .. something, .. nothing]);
        Assert.Equal((2 * BitswapProtocol.MaxEmptyMessages) + 1, reader.Messages);
        await Assert.ThrowsAsync<ProtocolViolationException>(() => ReadAllAsync([.. nothing, 0]));
        byte[] emptyWantlist = [.. Enumerable.Range(0, BitswapProtocol.MaxEmptyMessages + 1).SelectMany(_ => Framed(Field(1)))];
        await Assert.ThrowsAsync<ProtocolViolationException>(() => ReadAllAsync(emptyWantlist));
    }

    [Fact]
    public async Task Peer_ThatStopsWithinABlock_CostsTheMessagesTimeAndNoMore()
    {
        var time = new FakeTimeProvider();
        var stream = new TestStream();
        using var deadline = new ReadDeadline(TimeSpan.FromMinutes(5), time, TestContext.Current.CancellationToken);
        using var reader = new MessageReader(stream, Peer, new RecordingSink(), deadline);
        stream.Send(Framed(Field(3, [.. Field(1, KnownPrefix), .. Field(2, new byte[1 << 20])])).AsSpan(0, 1000));
        var reading = reader.ReadAsync().AsTask();
        time.Advance(TransferTimeout.Of(1 << 20) - TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.True(deadline.IsOver);
    }

    [Fact]
    public async Task Peer_ThatSaysNothing_CostsTheIdleTime()
    {
        var time = new FakeTimeProvider();
        using var deadline = new ReadDeadline(TimeSpan.FromMinutes(5), time, TestContext.Current.CancellationToken);
        using var reader = new MessageReader(new TestStream(), Peer, new RecordingSink(), deadline);
        var reading = reader.ReadAsync().AsTask();
        time.Advance(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Sink_ThatTakesItsTime_DoesNotCountAgainstThePeer()
    {
        var time = new FakeTimeProvider();
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sink = new RecordingSink { OnBlock = () => taken.Task };
        using var deadline = new ReadDeadline(TimeSpan.FromMinutes(5), time, TestContext.Current.CancellationToken);
        using var reader = new MessageReader(TestStream.Of(Framed([.. Field(2, 1), .. Field(2, 2)])), Peer, sink, deadline);
        var reading = reader.ReadAsync().AsTask();
        time.Advance(TimeSpan.FromHours(1));
        Assert.False(reading.IsCompleted);
        taken.SetResult();
        Assert.True(await reading);
        Assert.Equal(2, sink.Blocks.Count);
        Assert.False(deadline.IsOver);
    }
}
