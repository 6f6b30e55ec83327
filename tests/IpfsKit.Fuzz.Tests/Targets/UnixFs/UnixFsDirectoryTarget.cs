using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Ipld;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Fuzz.Tests.Targets.UnixFs;

/// <summary>The root block of a directory, plain or sharded, over the shards of the seeds: listed and searched.</summary>
internal sealed class UnixFsDirectoryTarget : ThrowingTarget
{
    // Reading ahead takes another thread of thought, and is the source's matter.
    private static readonly UnixFsReadOptions Options = new() { ReadAheadBlocks = 0 };

    private readonly SeedBlocks _blocks = new();

    public UnixFsDirectoryTarget() => Seeds =
    [
        Make(entries: 0, fanout: 0),
        Make(entries: 3, fanout: 0),
        Make(entries: 1, fanout: 256),
        Make(entries: 12, fanout: 8),
        Make(entries: 12, fanout: 256),
        Make(entries: 20, fanout: 1024),
    ];

    public override string Name => "unixfs-directory";

    public override IEnumerable<byte[]> Seeds { get; }

    /// <summary>Entries and links; the map of a shard's buckets; the shards below, which are no part of the input.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (64 * 1024) + (64 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => WalkAsync(input).GetAwaiter().GetResult();

    protected override bool IsDeclared(Exception exception) =>
        exception is UnixFsException or UnixFsTypeException or BlockNotFoundException or TraversalLimitException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => DagPbHead.IsValid(input);

    public override void Recheck(ReadOnlyMemory<byte> input) => RecheckAsync(input).GetAwaiter().GetResult();

    private async Task WalkAsync(ReadOnlyMemory<byte> input)
    {
        var directory = await UnixFsDirectory.OpenAsync(_blocks, _blocks.Overlay(input), Options);
        await foreach (var entry in directory.ListAsync())
            _ = entry;
        await directory.FindAsync("name-1");
    }

    private async Task RecheckAsync(ReadOnlyMemory<byte> input)
    {
        // What is listed is found, and nothing is listed twice.
        var directory = await UnixFsDirectory.OpenAsync(_blocks, _blocks.Overlay(input), Options);
        var names = new HashSet<string>();
        await foreach (var entry in directory.ListAsync())
        {
            Assert.True(names.Add(entry.Name));
            Assert.Equal(entry, await directory.FindAsync(entry.Name));
        }
    }

    private byte[] Make(int entries, int fanout)
    {
        var profile = UnixFsProfile.UnixFsV1_2025;
        if (fanout > 0)
            profile = profile with { HamtFanout = fanout, HamtThresholdBytes = 0 };
        var builder = new UnixFsDirectoryBuilder(profile) { Mode = 0x1ed, ModificationTime = new UnixFsTime(1, 2) };
        for (var i = 0; i < entries; i++)
            builder.Add($"name-{i}", CidSeeds.All[i % CidSeeds.All.Count], (ulong)i);
        return MakeAsync().GetAwaiter().GetResult();

        async Task<byte[]> MakeAsync()
        {
            await using var writer = new BlockBatchWriter(_blocks);
            var (root, _) = await builder.BuildAsync(writer);
            await writer.FlushAsync();
            return _blocks.Get(root);
        }
    }
}
