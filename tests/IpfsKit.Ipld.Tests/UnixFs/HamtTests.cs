using System.Buffers;
using CsCheck;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class HamtTests
{
    private const ulong Murmur = (ulong)Multicodec.Murmur3X64_64;

    private static readonly Cid Target = Cid.Parse("bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(1024)]
    public async Task Build_AnyEntries_AreADictionary(int fanout) => await Gen
        .Select(Gen.String[Gen.Char.AlphaNumeric, 1, 12].HashSet[0, 300], Gen.String[Gen.Char.AlphaNumeric, 1, 12].Array[0, 30], Gen.Bool)
        .SampleAsync(
            async (names, others, cidV0) =>
            {
                var profile = (cidV0 ? UnixFsProfile.UnixFsV0_2015 : UnixFsProfile.UnixFsV1_2025) with { HamtFanout = fanout, HamtThresholdBytes = 0 };
                var (source, root, dagBytes) = await BuildAsync(names, profile);
                var directory = await UnixFsDirectory.OpenAsync(source, root);
                Assert.Equal(names.Count > 0 || !cidV0, directory.IsSharded);

                var listed = await directory.ListAsync().ToDictionaryAsync(entry => entry.Name);
                Assert.Equal(names.Count, listed.Count);
                foreach (var name in names)
                {
                    Assert.Equal(new UnixFsEntry(name, Target, (ulong)name.Length), listed[name]);
                    Assert.Equal(listed[name], await directory.FindAsync(name));
                }

                foreach (var other in others.Where(other => !names.Contains(other)))
                    Assert.Null(await directory.FindAsync(other));

                // The order of adding does not matter, and the claimed size is that of the shards and the entries.
                var (_, again, _) = await BuildAsync(names.Reverse(), profile);
                Assert.Equal(root, again);
                var shards = 0L;
                await foreach (var block in EntityBlocks.EnumerateAsync(source, root, EntityBytes.All))
                {
                    shards += block.Size;
                    block.Dispose();
                }

                Assert.Equal((ulong)(shards + names.Sum(name => name.Length)), dagBytes);
                Assert.Equal(source.Count, source.Cids.Count());
            },
            iter: Soak.Count(20, 2000));

    [Fact]
    public async Task List_ManyEntries_HoldsFewShards()
    {
        var names = Enumerable.Range(0, 20_000).Select(i => $"file-{i}").ToHashSet();
        var (source, root, _) = await BuildAsync(names, UnixFsProfile.UnixFsV1_2025);
        var directory = await UnixFsDirectory.OpenAsync(source, root, cancellationToken: Cancellation);
        Assert.True(directory.IsSharded);
        var listed = new HashSet<string>();
        await foreach (var entry in directory.ListAsync(Cancellation))
            Assert.True(listed.Add(entry.Name));
        Assert.True(names.SetEquals(listed));
        Assert.Equal(source.Count, source.Asked.Count);

        source.Asked.Clear();
        Assert.NotNull(await directory.FindAsync("file-12345", Cancellation));
        Assert.InRange(source.Asked.Count, 1, 3);
    }

    [Fact]
    public async Task Build_ModeAndTime_AreInTheRootShardAlone()
    {
        var source = new TestSource();
        var builder = new UnixFsDirectoryBuilder(UnixFsProfile.UnixFsV1_2025 with { HamtThresholdBytes = 0, HamtFanout = 8 })
        {
            Mode = 0x1ed,
            ModificationTime = new UnixFsTime(1_000_000_000, 5),
        };
        for (var i = 0; i < 50; i++)
            builder.Add($"{i}", Target, 1);
        var root = await BuildAsync(source, builder);
        var directory = await UnixFsDirectory.OpenAsync(source, root, cancellationToken: Cancellation);
        Assert.Equal((0x1edu, new UnixFsTime(1_000_000_000, 5)), (directory.Mode, directory.ModificationTime));
        foreach (var cid in source.Cids.Where(cid => cid != root))
            Assert.Null(UnixFsData.Decode(DagPbCodec.DecodeNode(source[cid]).Data!.Value).Mode);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    [InlineData(24UL)]
    [InlineData(2048UL)]
    [InlineData(1UL << 31)]
    [InlineData(ulong.MaxValue)]
    [InlineData(null)]
    public Task Open_FanoutThatCannotBe_IsRefused(ulong? fanout) => RefusesAsync(
        new UnixFsData { Type = UnixFsType.HamtShard, HashType = Murmur, Fanout = fanout }, [], $"the shard's fanout {fanout ?? 0} is not a power of two");

    [Theory]
    [InlineData(null)]
    [InlineData((ulong)Multicodec.Sha2_256)]
    public Task Open_AnotherHash_IsRefused(ulong? hashType) => RefusesAsync(
        new UnixFsData { Type = UnixFsType.HamtShard, HashType = hashType, Fanout = 256 }, [], "is not murmur3-x64-64");

    [Theory]
    [InlineData("01", new[] { "00a", "01b" }, "says that the bucket of the link '01b' is empty")]
    [InlineData("03", new[] { "00a" }, "says 2 buckets are in use; there are 1 links")]
    [InlineData("", new[] { "00a" }, "says that the bucket of the link '00a' is empty")]
    [InlineData("03", new[] { "01a", "00b" }, "the link '00b' is not in the order")]
    [InlineData("03", new[] { "00a", "00b" }, "the link '00b' is not in the order")]
    [InlineData("01", new[] { "0" }, "the link '0' does not begin with a bucket")]
    [InlineData("01", new[] { "" }, "the link '' does not begin with a bucket")]
    [InlineData("01", new[] { "0xa" }, "the link '0xa' does not begin with a bucket")]
    [InlineData("01", new[] { "aaname" }, "the link 'aaname' does not begin with a bucket")]
    [InlineData("010000000000000000000000000000000000000000000000000000000000000000", new[] { "00a" }, "the bitfield has 33 bytes")]
    public Task Open_BitfieldOrPrefixesThatDisagree_AreRefused(string bits, string[] names, string reason) => RefusesAsync(
        new UnixFsData { Type = UnixFsType.HamtShard, Data = Convert.FromHexString(bits), HashType = Murmur, Fanout = 256 }, names, reason);

    [Fact]
    public Task Open_PrefixPastTheFanout_IsRefused() => RefusesAsync(
        new UnixFsData { Type = UnixFsType.HamtShard, Data = new byte[] { 1 }, HashType = Murmur, Fanout = 8 }, ["9a"], "does not begin with a bucket of the fanout 8");

    [Fact]
    public async Task List_EntryInAnotherBucketThanItsHash_IsRefused()
    {
        var bucket = HamtShard.BucketOf(HamtShard.Hash("name"), 0, 8);
        var source = new TestSource();
        var root = source.PutDagPb(Shard((bucket ^ 1, "name", Target)));
        var directory = await UnixFsDirectory.OpenAsync(source, root, cancellationToken: Cancellation);
        Assert.Null(await directory.FindAsync("name", Cancellation));
        var exception = await Assert.ThrowsAsync<UnixFsException>(async () => await directory.ListAsync(Cancellation).ToListAsync(Cancellation));
        Assert.Contains("name' does not lie where its hash puts it", exception.Message, StringComparison.Ordinal);
        Assert.Equal(root, exception.Cid);
    }

    [Fact]
    public async Task ListAndFind_ShardThatContainsItself_EndAtTheEndOfTheHash()
    {
        // Only a source that lies can do this.
        var source = new TestSource();
        var self = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "self"u8));
        source.Put(self, Shard([.. Enumerable.Range(0, 256).Select(bucket => (bucket, "", self))]));
        var directory = await UnixFsDirectory.OpenAsync(source, self, cancellationToken: Cancellation);
        foreach (var attempt in new Func<Task>[]
        {
            async () => await directory.ListAsync(Cancellation).ToListAsync(Cancellation),
            async () => await directory.FindAsync("name", Cancellation),
        })
        {
            source.Asked.Clear();
            var exception = await Assert.ThrowsAsync<UnixFsException>(attempt);
            Assert.Contains("the shard is deeper (8) than its hash has bits", exception.Message, StringComparison.Ordinal);
            Assert.InRange(source.Asked.Count, 8, 20);
        }
    }

    [Fact]
    public async Task List_OneShardUnderEveryBucket_IsRefusedAtItsSecondEntry()
    {
        // Honest bytes, but 256 to the power of 7 paths: the entry can lie on one of them alone.
        var source = new TestSource();
        var hash = HamtShard.Hash("name");
        var cid = source.PutDagPb(Shard((HamtShard.BucketOf(hash, 7, 8), "name", Target)));
        for (var depth = 6; depth >= 0; depth--)
            cid = source.PutDagPb(Shard([.. Enumerable.Range(0, 256).Select(bucket => (bucket, "", cid))]));
        var directory = await UnixFsDirectory.OpenAsync(source, cid, cancellationToken: Cancellation);
        Assert.NotNull(await directory.FindAsync("name", Cancellation));
        source.Asked.Clear();
        await Assert.ThrowsAsync<UnixFsException>(async () => await directory.ListAsync(Cancellation).ToListAsync(Cancellation));
        await Assert.ThrowsAsync<UnixFsException>(async () =>
        {
            await foreach (var block in EntityBlocks.EnumerateAsync(source, cid, EntityBytes.All, cancellationToken: Cancellation))
                block.Dispose();
        });
        Assert.InRange(source.Asked.Count, 8, 60);
    }

    [Theory]
    [InlineData(16, "the shard's fanout 16 is not the 256 of the shard above it")]
    [InlineData(256, "the shard is empty")]
    [InlineData(0, "links to a directory where a shard is needed")]
    public async Task List_ChildThatCannotBe_IsRefused(int fanout, string reason)
    {
        var source = new TestSource();
        var data = fanout == 0
            ? new UnixFsData { Type = UnixFsType.Directory }
            : new UnixFsData { Type = UnixFsType.HamtShard, HashType = Murmur, Fanout = (ulong)fanout };
        var child = source.PutDagPb(FileReadTests.Node(data));
        var root = source.PutDagPb(Shard((HamtShard.BucketOf(HamtShard.Hash("name"), 0, 8), "", child)));
        var directory = await UnixFsDirectory.OpenAsync(source, root, cancellationToken: Cancellation);
        foreach (var attempt in new Func<Task>[]
        {
            async () => await directory.ListAsync(Cancellation).ToListAsync(Cancellation),
            async () => await directory.FindAsync("name", Cancellation),
        })
        {
            var exception = await Assert.ThrowsAsync<UnixFsException>(attempt);
            Assert.Equal(child, exception.Cid);
            Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_RandomShards_ThrowNothingButUnixFsExceptionAndAllocateLittle()
    {
        var source = new TestSource();
        var cid = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "self"u8));
        await Gen.Select(
            Gen.Byte.Array[0, 40],
            Gen.OneOf(Gen.ULong[0, 2048], Gen.ULong, Gen.Int[0, 11].Select(bits => 1UL << bits)).Nullable(),
            Gen.OneOf(Gen.Const<ulong?>(Murmur), Gen.ULong.Nullable()),
            Gen.String[Gen.OneOf(Gen.Char['0', '9'], Gen.Char['A', 'F'], Gen.Char['a', 'z']), 0, 5].Array[0, 10])
            .SampleAsync(
                async (bits, fanout, hashType, names) =>
                {
                    var output = new ArrayBufferWriter<byte>();
                    var data = new UnixFsData { Type = UnixFsType.HamtShard, Data = bits, HashType = hashType, Fanout = fanout };
                    DagPbCodec.EncodeNode(new DagPbNode(data.Encode(), [.. names.Order(StringComparer.Ordinal).Select(name => new DagPbLink(cid, name, 1))]), output);
                    source.Put(cid, output.WrittenSpan.ToArray());
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    try
                    {
                        var directory = await UnixFsDirectory.OpenAsync(source, cid);
                        _ = await directory.ListAsync().ToListAsync();
                    }
                    catch (UnixFsException)
                    {
                        // Expected of most inputs.
                    }

                    Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
                },
                iter: Soak.Count(5000, 10_000_000),
                threads: 1);
    }

    [Fact]
    public void BucketOf_FanoutsThatDoNotDivideTheByte_TakeTheHighestBitsFirst()
    {
        const ulong hash = 0b101_011_110_001UL << 52;
        Assert.Equal([0b101, 0b011, 0b110, 0b001], Enumerable.Range(0, 4).Select(depth => HamtShard.BucketOf(hash, depth, 3)));
        Assert.Equal(0b1010111100, HamtShard.BucketOf(hash, 0, 10));
        Assert.True(HamtShard.IsWithinHash(20, 3));
        Assert.False(HamtShard.IsWithinHash(21, 3));
        Assert.False(HamtShard.IsWithinHash(8, 8));
    }

    private static async Task RefusesAsync(UnixFsData data, string[] names, string reason)
    {
        var output = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(new DagPbNode(data.Encode(), [.. names.Select(name => new DagPbLink(Target, name, 1))]), output);
        var source = new TestSource();
        var root = source.PutDagPb(output.WrittenSpan.ToArray());
        var exception = await Assert.ThrowsAsync<UnixFsException>(async () => await UnixFsDirectory.OpenAsync(source, root, cancellationToken: Cancellation));
        Assert.Equal(root, exception.Cid);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    private static byte[] Shard(params (int Bucket, string Name, Cid Cid)[] links)
    {
        var bits = new byte[32];
        foreach (var (bucket, _, _) in links)
            bits[31 - (bucket / 8)] |= (byte)(1 << (bucket % 8));
        var data = new UnixFsData { Type = UnixFsType.HamtShard, Data = bits, HashType = Murmur, Fanout = 256 };
        var output = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(
            new DagPbNode(data.Encode(), [.. links.OrderBy(link => link.Bucket).Select(link => new DagPbLink(link.Cid, $"{link.Bucket:X2}{link.Name}", 1))]), output);
        return output.WrittenSpan.ToArray();
    }

    private static async Task<(TestSource Source, Cid Root, ulong DagBytes)> BuildAsync(IEnumerable<string> names, UnixFsProfile profile)
    {
        var source = new TestSource();
        var builder = new UnixFsDirectoryBuilder(profile);
        foreach (var name in names)
            builder.Add(name, Target, (ulong)name.Length);
        await using var writer = new BlockBatchWriter(source);
        var (root, dagBytes) = await builder.BuildAsync(writer);
        await writer.FlushAsync();
        return (source, root, dagBytes);
    }

    private static async Task<Cid> BuildAsync(TestSource source, UnixFsDirectoryBuilder builder)
    {
        await using var writer = new BlockBatchWriter(source);
        var (root, _) = await builder.BuildAsync(writer);
        await writer.FlushAsync();
        return root;
    }
}
