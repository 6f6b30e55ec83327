using System.Security.Cryptography;
using System.Text.Json.Nodes;
using IpfsKit.Bitswap;
using IpfsKit.Interop.Tests.Peers;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Interop.Tests.Helia;

/// <summary>Content from a host of ours to Helia by bitswap, and the other way: files, directories, sharded directories and parts of files.</summary>
public sealed class HeliaBitswapTests
{
    private const int FileBytes = 100 << 20;
    private const int ChunkBytes = 256 << 10;

    private static readonly JsPeerOptions HeliaPeer = new() { Script = "helia.mjs" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly UnixFsReadOptions Reading = new() { ReadAheadBlocks = 64 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task File_OfOurs_ArrivesAtHelia()
    {
        await using var helia = await JsPeer.StartAsync(HeliaPeer);
        await using var local = await LocalContent.StartAsync();
        var bytes = RandomNumberGenerator.GetBytes(FileBytes);
        var root = await local.AddAsync(bytes);
        await helia.RunAsync("dial", new { peer = local.Address });

        var got = await helia.RunAsync("cat", new { cid = root.ToString() }, Patience);

        Assert.Equal((FileBytes, Convert.ToHexStringLower(SHA256.HashData(bytes))), ((long)got["bytes"]!, (string)got["sha256"]!));
    }

    [Fact]
    public async Task File_OfHelia_ArrivesHere()
    {
        await using var helia = await JsPeer.StartAsync(HeliaPeer);
        await using var local = await LocalContent.StartAsync();
        var added = await helia.RunAsync("add", new { bytes = FileBytes }, Patience);
        await using var session = Session(local, helia, added);

        await using var file = await UnixFsReadStream.OpenAsync(session, session.Root, Reading, Token);
        var hash = await SHA256.HashDataAsync(file, Token);

        Assert.Equal((string)added["sha256"]!, Convert.ToHexStringLower(hash));
        Assert.InRange(session.Statistics.Bytes, FileBytes, FileBytes + (FileBytes / 100));
        Assert.Equal(0, session.Statistics.DuplicateBlocks);
    }

    [Fact]
    public async Task PartOfAFile_OfOurs_ArrivesAtHeliaWithoutTheRest()
    {
        await using var helia = await JsPeer.StartAsync(HeliaPeer);
        await using var local = await LocalContent.StartAsync();
        var bytes = RandomNumberGenerator.GetBytes(20 << 20);
        var root = await local.AddAsync(bytes);
        await helia.RunAsync("dial", new { peer = local.Address });

        var got = await helia.RunAsync("cat", new { cid = root.ToString(), offset = 5_000_000, length = 1_000_000 }, Patience);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(5_000_000, 1_000_000))), (string)got["sha256"]!);
        Assert.InRange(local.Bitswap.Statistics.BytesSent, 1_000_000, 1_000_000 + (4 * ChunkBytes));
    }

    [Fact]
    public async Task PartOfAFile_OfHelia_ArrivesHereWithoutTheRest()
    {
        await using var helia = await JsPeer.StartAsync(HeliaPeer);
        await using var local = await LocalContent.StartAsync();
        var added = await helia.RunAsync("add", new { bytes = 20 << 20 }, Patience);
        var wanted = await helia.RunAsync("cat", new { cid = (string)added["cid"]!, offset = 5_000_000, length = 1_000_000 });
        await using var session = Session(local, helia, added);

        using var file = await UnixFsFile.OpenAsync(session, session.Root, Reading, Token);
        using var part = new MemoryStream();
        await file.CopyToAsync(part, new EntityBytes(5_000_000, 5_999_999), Token);

        Assert.Equal((string)wanted["sha256"]!, Convert.ToHexStringLower(SHA256.HashData(part.ToArray())));
        Assert.InRange(session.Statistics.Bytes, 1_000_000, 1_000_000 + (4 * ChunkBytes));
    }

    [Theory]
    [InlineData(2_000, false)]
    [InlineData(10_000, true)]
    public async Task Directory_OfOurs_ArrivesAtHelia(int count, bool isSharded)
    {
        await using var helia = await JsPeer.StartAsync(HeliaPeer);
        await using var local = await LocalContent.StartAsync();
        var files = Enumerable.Range(0, count).Select(_ => RandomNumberGenerator.GetBytes(isSharded ? 64 : 4096)).ToList();
        var root = await local.AddDirectoryAsync(files);
        Assert.Equal(isSharded, (await UnixFsDirectory.OpenAsync(local.Store, root, cancellationToken: Token)).IsSharded);
        await helia.RunAsync("dial", new { peer = local.Address });

        var listed = await helia.RunAsync("list", new { cid = root.ToString(), brief = true }, Patience);
        Assert.Equal(count, (int)listed["count"]!);
        if (isSharded)
            return;
        var got = await helia.RunAsync("readDirectory", new { cid = root.ToString() }, Patience);
        Assert.Equal((count, files.Sum(file => (long)file.Length)), ((int)got["count"]!, (long)got["bytes"]!));
    }

    [Theory]
    [InlineData(2_000, 4096, false)]
    [InlineData(10_000, 64, true)]
    public async Task Directory_OfHelia_ArrivesHere(int count, int bytes, bool isSharded)
    {
        await using var helia = await JsPeer.StartAsync(HeliaPeer);
        await using var local = await LocalContent.StartAsync();
        var added = await helia.RunAsync("addDirectory", new { count, bytes }, Patience);
        await using var session = Session(local, helia, added);

        var directory = await UnixFsDirectory.OpenAsync(session, session.Root, Reading, Token);
        var entries = new List<UnixFsEntry>();
        await foreach (var entry in directory.ListAsync(Token))
            entries.Add(entry);

        Assert.Equal((isSharded, count), (directory.IsSharded, entries.Select(entry => entry.Name).Distinct().Count()));
        var sizes = new int[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 256, CancellationToken = Token }, async (i, token) =>
        {
            using var block = await session.GetAsync(entries[i].Cid, token);
            sizes[i] = block!.Size;
        });
        Assert.All(sizes, size => Assert.Equal(bytes, size));
    }

    private static IBitswapSession Session(LocalContent local, JsPeer helia, JsonObject added) =>
        local.Bitswap.CreateSession(Cid.Parse((string)added["cid"]!), new BitswapSessionOptions { Peers = [new PeerInfo(helia.PeerId, helia.Addresses)] });
}
