using System.Text;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Ipld.Tests.UnixFs;

/// <summary>Every boundary CID of IPIP-499, https://specs.ipfs.tech/ipips/ipip-0499/#test-fixtures, from the inputs that Kubo's tests describe.</summary>
public sealed class ProfileVectorTests
{
    private const int KiB256 = 256 << 10;
    private const int MiB = 1 << 20;

    public static TheoryData<string, string, long, string> Files => new()
    {
        { "unixfs-v0-2015", "chunk-v0-seed", KiB256, "QmWmRj3dFDZdb6ABvbmKhEL6TmPbAfBZ1t5BxsEyJrcZhE" },
        { "unixfs-v0-2015", "chunk-v0-seed", KiB256 + 1, "QmYyLxtzZyW22zpoVAtKANLRHpDjZtNeDjQdJrcQNWoRkJ" },
        { "unixfs-v0-2015", "v0-seed", 174L * KiB256, "QmUbBALi174SnogsUzLpYbD4xPiBSFANF4iztWCsHbMKh2" },
        { "unixfs-v0-2015", "v0-seed", (174L * KiB256) + 1, "QmV81WL765sC8DXsRhE5fJv2rwhS4icHRaf3J9Zk5FdRnW" },
        { "unixfs-v1-2025", "chunk-v1-seed", MiB, "bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta" },
        { "unixfs-v1-2025", "chunk-v1-seed", MiB + 1, "bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64" },
        { "unixfs-v1-2025", "v1-2025-seed", 1024L * MiB, "bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm" },
        { "unixfs-v1-2025", "v1-2025-seed", (1024L * MiB) + 1, "bafybeibdsi225ugbkmpbdohnxioyab6jsqrmkts3twhpvfnzp77xtzpyhe" },
    };

    public static TheoryData<string, int, int, int, bool, string> Directories => new()
    {
        { "unixfs-v0-2015", 4096, 30, 30, false, "QmX5GtRk3TSSEHtdrykgqm4eqMEn3n2XhfkFAis5fjyZmN" },
        { "unixfs-v0-2015", 4033, 31, 31, true, "QmeMiJzmhpJAUgynAcxTQYek5PPKgdv3qEvFsdV3XpVnvP" },
        { "unixfs-v1-2025", 4766, 11, 21, false, "bafybeic3h7rwruealwxkacabdy45jivq2crwz6bufb5ljwupn36gicplx4" },
        { "unixfs-v1-2025", 4766, 11, 22, true, "bafybeiegvuterwurhdtkikfhbxcldohmxp566vpjdofhzmnhv6o4freidu" },
    };

    [Theory]
    [InlineData("unixfs-v0-2015", "hello world", "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD")]
    [InlineData("unixfs-v1-2025", "hello world", "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")]
    [InlineData("unixfs-v0-2015", "", "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH")]
    [InlineData("unixfs-v1-2025", "", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")]
    public async Task Import_SmallFile_HasTheCidOfTheProfile(string profile, string content, string expected)
    {
        var result = await Importer(new NullSink(), profile).ImportFileAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(content)), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected, result.Root.ToString());
        Assert.Equal(content.Length, result.FileBytes);
        Assert.Equal(1, result.BlockCount);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Import_FileAtABoundary_HasTheCidOfTheProfile(string profile, string seed, long length, string expected)
    {
        var sink = new NullSink();
        using var content = new ChaChaStream(seed, length);
        var result = await Importer(sink, profile).ImportFileAsync(content, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected, result.Root.ToString());
        Assert.Equal(length, result.FileBytes);
        Assert.Equal(sink.Blocks, result.BlockCount);
    }

    [Theory]
    [MemberData(nameof(Directories))]
    public async Task Import_DirectoryAtABoundary_HasTheCidOfTheProfile(string profileName, int files, int nameLength, int lastNameLength, bool sharded, string expected)
    {
        Assert.True(UnixFsProfile.TryGet(profileName, out var profile));
        var sink = new TestSource();
        var file = await new UnixFsImporter(sink, new UnixFsImportOptions { Profile = profile }).ImportFileAsync(
            new MemoryStream("x"u8.ToArray()), cancellationToken: TestContext.Current.CancellationToken);
        var builder = new UnixFsDirectoryBuilder(profile);
        foreach (var name in Names($"hamt-{profileName}", files, nameLength, lastNameLength))
            builder.Add(name, file.Root, (ulong)file.DagBytes);
        Assert.Equal(files, builder.Count);
        Assert.Equal((256 << 10) + (sharded ? 1 : 0), builder.EstimatedBytes);
        Assert.Equal(sharded, builder.WillBeSharded);

        await using var writer = new BlockBatchWriter(sink);
        var (root, dagBytes) = await builder.BuildAsync(writer, TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, root.ToString());
        Assert.Equal(sharded ? UnixFsType.HamtShard : UnixFsType.Directory, UnixFsData.Decode(DagPbCodec.DecodeNode(sink[root]).Data!.Value).Type);

        // The claimed size counts every block as often as it is linked.
        var shards = sink.Cids.Where(cid => cid != file.Root).Sum(cid => (long)sink[cid].Length);
        Assert.Equal((ulong)(shards + (files * file.DagBytes)), dagBytes);
    }

    [Theory]
    [InlineData("unixfs-v0-2015", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")]
    [InlineData("unixfs-v1-2025", "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354")]
    public async Task Build_EmptyDirectory_HasTheWellKnownCid(string profileName, string expected)
    {
        Assert.True(UnixFsProfile.TryGet(profileName, out var profile));
        await using var writer = new BlockBatchWriter(new NullSink());
        var (root, dagBytes) = await new UnixFsDirectoryBuilder(profile).BuildAsync(writer, TestContext.Current.CancellationToken);
        Assert.Equal(expected, root.ToString());
        Assert.Equal(4u, dagBytes);
    }

    [Theory]
    [InlineData("Unixfs-V1-2025", true)]
    [InlineData("unixfs-v0-2015", true)]
    [InlineData("unixfs-v2-2030", false)]
    [InlineData(null, false)]
    public void Profile_ByName_IsFoundWhateverTheCase(string? name, bool found)
    {
        Assert.Equal(found, UnixFsProfile.TryGet(name, out var profile));
        Assert.Equal(found, profile is not null);
    }

    private static UnixFsImporter Importer(IBlockSink sink, string profileName)
    {
        Assert.True(UnixFsProfile.TryGet(profileName, out var profile));
        return new UnixFsImporter(sink, new UnixFsImportOptions { Profile = profile });
    }

    // Kubo's test directories: names drawn letter by letter from the key stream of a seed; every file holds "x".
    private static IEnumerable<string> Names(string seed, int count, int length, int lastLength)
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyz01234567890-_";
        using var random = new ChaChaStream(seed, MiB);
        for (var i = 0; i < count; i++)
        {
            var bytes = new byte[i == count - 1 ? lastLength : length];
            random.ReadExactly(bytes);
            yield return string.Concat(bytes.Select(b => alphabet[b % alphabet.Length]));
        }
    }
}
