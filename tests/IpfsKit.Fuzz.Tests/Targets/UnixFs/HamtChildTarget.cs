using System.Buffers;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Ipld;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Fuzz.Tests.Targets.UnixFs;

/// <summary>A shard below the root of a sharded directory, which links to the input from its first bucket.</summary>
internal sealed class HamtChildTarget : ThrowingTarget
{
    private const int Fanout = 8;

    private static readonly UnixFsReadOptions Options = new() { ReadAheadBlocks = 0 };

    private static readonly string[] Names =
        [.. Enumerable.Range(0, 1000).Select(i => $"name-{i}").Where(name => HamtShard.BucketOf(HamtShard.Hash(name), 0, 3) == 0).Take(12)];

    private readonly SeedBlocks _blocks = new();
    private readonly DagPbNode _root;

    public HamtChildTarget()
    {
        _root = MakeRoot(Names.Length);
        // The more names, the more of them lie in shards further below.
        Seeds = [.. new[] { 2, 5, Names.Length }.Select(entries => _blocks.Get(MakeRoot(entries).Links[0].Hash))];
    }

    public override string Name => "hamt-child";

    public override IEnumerable<byte[]> Seeds { get; }

    /// <summary>Entries and links; the root and the shards below, which are no part of the input.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (64 * 1024) + (64 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => ListAsync(input).GetAwaiter().GetResult();

    protected override bool IsDeclared(Exception exception) =>
        exception is UnixFsException or UnixFsTypeException or BlockNotFoundException or TraversalLimitException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => DagPbHead.IsValid(input);

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var names = ListAsync(input).GetAwaiter().GetResult();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.Equal(0, HamtShard.BucketOf(HamtShard.Hash(name), 0, 3)));
    }

    private async Task<List<string>> ListAsync(ReadOnlyMemory<byte> input)
    {
        _blocks.Clear();
        var root = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(_root with { Links = [_root.Links[0] with { Hash = _blocks.Add(input) }] }, root);
        var directory = await UnixFsDirectory.OpenAsync(_blocks, _blocks.Add(root.WrittenMemory), Options);
        var names = new List<string>();
        await foreach (var entry in directory.ListAsync())
            names.Add(entry.Name);
        await directory.FindAsync(Names[0]);
        return names;
    }

    private DagPbNode MakeRoot(int entries)
    {
        var builder = new UnixFsDirectoryBuilder(UnixFsProfile.UnixFsV1_2025 with { HamtFanout = Fanout, HamtThresholdBytes = 0 });
        for (var i = 0; i < entries; i++)
            builder.Add(Names[i], CidSeeds.All[i % CidSeeds.All.Count], (ulong)i);
        return DagPbCodec.DecodeNode(MakeAsync().GetAwaiter().GetResult());

        async Task<byte[]> MakeAsync()
        {
            await using var writer = new BlockBatchWriter(_blocks);
            var (root, _) = await builder.BuildAsync(writer);
            await writer.FlushAsync();
            return _blocks.Get(root);
        }
    }
}
