using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Ipld;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Fuzz.Tests.Targets.UnixFs;

/// <summary>The root block of a file or symbolic link over the leaves of the seeds: described and read.</summary>
internal sealed class UnixFsFileTarget : ThrowingTarget
{
    private static readonly UnixFsReadOptions Options = new() { ReadAheadBlocks = 0 };

    private readonly SeedBlocks _blocks = new();

    public UnixFsFileTarget() => Seeds =
    [
        Make(bytes: 10, raw: false),
        Make(bytes: 40, raw: false),
        Make(bytes: 40, raw: true),
        Make(bytes: 300, raw: true),
        Make(bytes: 300, raw: false),
    ];

    public override string Name => "unixfs-file";

    public override IEnumerable<byte[]> Seeds { get; }

    /// <summary>Links, and the nodes below, which are no part of the input.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (64 * 1024) + (256 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => ReadAsync(input).GetAwaiter().GetResult();

    protected override bool IsDeclared(Exception exception) =>
        exception is UnixFsException or UnixFsTypeException or BlockNotFoundException or TraversalLimitException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => DagPbHead.IsValid(input);

    public override void Recheck(ReadOnlyMemory<byte> input) => RecheckAsync(input).GetAwaiter().GetResult();

    private async Task ReadAsync(ReadOnlyMemory<byte> input)
    {
        var cid = _blocks.Overlay(input);
        await UnixFsStat.ReadAsync(_blocks, cid);
        using var file = await UnixFsFile.OpenAsync(_blocks, cid, Options);
        await foreach (var piece in file.ReadAsync(EntityBytes.All))
            _ = piece;
    }

    private async Task RecheckAsync(ReadOnlyMemory<byte> input)
    {
        // The length is what is read, and every range is a part of the whole.
        using var file = await UnixFsFile.OpenAsync(_blocks, _blocks.Overlay(input), Options);
        var whole = new MemoryStream();
        await file.CopyToAsync(whole);
        Assert.Equal(file.Length, whole.Length);
        var part = new MemoryStream();
        var (start, end) = (file.Length / 3, file.Length / 2);
        await file.CopyToAsync(part, new EntityBytes(start, end));
        Assert.Equal(whole.ToArray().Skip((int)start).Take((int)(end - start + 1)), part.ToArray());
    }

    private byte[] Make(int bytes, bool raw)
    {
        var profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 20, LinksPerNode = 4, RawLeaves = raw };
        var content = new MemoryStream([.. Enumerable.Range(0, bytes).Select(i => (byte)i)]);
        var import = new UnixFsImporter(_blocks, new UnixFsImportOptions { Profile = profile }).ImportFileAsync(content, 0x1a4, new UnixFsTime(1));
        return _blocks.Get(import.GetAwaiter().GetResult().Root);
    }
}
