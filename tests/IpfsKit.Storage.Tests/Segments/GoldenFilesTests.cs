using System.Text;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Storage.Tests.Segments;

/// <summary>The bytes of version 1: a change that could not read yesterday's stores, or that yesterday's software could not read, does not pass unseen. docs/formats/segment.md says what they mean.</summary>
/// <remarks>The bytes were written by the first release's code from <see cref="WriteAsync"/>. Of the manifest, its first copy without the zeros behind it.</remarks>
public sealed class GoldenFilesTests : SegmentStoreTest
{
    private const int ManifestCopyBytes = 4096;

    private static readonly SortedDictionary<string, string> Golden = new(StringComparer.Ordinal)
    {
        ["MANIFEST-0000000002"] =
            "495046534b4d414e010000005800000092c1d25581e2eaf102000000000000005bad8f0fcbd99f46a16570867728950e01000000000000000200000000000000"
            + "0200000000000000010000000000000001",
        ["checkpoint-0000000001"] =
            "495046534b434b500100000060000000a9cafc4118b8b43e02000000000000005bad8f0fcbd99f46a16570867728950e0100000000000000a802000000000000"
            + "0300000000000000010000000000000001000000000000000100000000000000470700000100000014a89a6528c602f900a023be3de9e82d108a1f0000100000"
            + "690b000001000000c720f6be437bf69b00d00f39ac299a0e1009040000100000ffffffff000000000200000000000000",
        ["seg-00000001.dat"] =
            "495046534b534547010000000000000001000000000000005bad8f0fcbd99f46a16570867728950e0000000000000000000000000000000057579db5a6793309"
            + "2b084e4ed01c22770100220004000000331f9284cbb09fca122079f076abdd19a752db7267bfff2f9022161d120dea919fdaca2ffdfc24ca8c96000000000000"
            + "6b65707400000000e323ae0c85d7448f0100220007000000d354a04836d0cf9c12201185f37d33b0f89e331f101a51bb8e51165c7efda15950b86a3ebcbb363f"
            + "898e00000000000064656c65746564005843946bc6f515ea03000000700000009baeebafb9572469010000000000000040000000000000000200000000000000"
            + "08000000040000000122122079f076abdd19a752db7267bfff2f9022161d120dea919fdaca2ffdfc24ca8c961100000007000000012212201185f37d33b0f89e"
            + "331f101a51bb8e51165c7efda15950b86a3ebcbb363f898eafe1fc63bd4d288e0200220000000000a0fdfcd1ecf76cf312201185f37d33b0f89e331f101a51bb"
            + "8e51165c7efda15950b86a3ebcbb363f898e0000000000005fceb54a64434f99030000004400000005e622907879cffb02000000000000005801000000000000"
            + "01000000000000002b00000000000000022212201185f37d33b0f89e331f101a51bb8e51165c7efda15950b86a3ebcbb363f898e000000004ed9391282bbff77"
            + "01002200090000001bf1553580b483c41220ea6e89265a6dc4016a2aae4cab4bb8db5dacd79e847509746523f888bd3a387b000000000000616c736f206b6570"
            + "740000000000000084c190bb2bb8c3c40300000044000000987a82ab8d12d6f30300000000000000f80100000000000001000000000000003f00000009000000"
            + "01221220ea6e89265a6dc4016a2aae4cab4bb8db5dacd79e847509746523f888bd3a387b00000000",
    };

    private static Block Kept => Raw("kept");

    private static Block AlsoKept => Raw("also kept");

    private static Block Deleted => Raw("deleted");

    [Fact]
    public async Task Write_KnownBlocks_MakesTheFilesOfVersion1()
    {
        // Who the store is comes from its first manifest, and is random otherwise.
        var identity = new ManifestData(1, new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"), new StoreKeys(1, 2), 1, []);
        Files.WriteAll("/data/" + ManifestData.FileName(1), identity.ToBytes());

        await WriteAsync();

        Assert.Equal(Golden, new SortedDictionary<string, string>(Files.ListFiles("/data").Where(name => name != "LOCK").ToDictionary(name => name, ReadHex), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_FilesOfVersion1_FindsWhatTheyHold(bool withCheckpoint)
    {
        foreach (var (name, hex) in Golden.Where(file => withCheckpoint || !file.Key.StartsWith("checkpoint-", StringComparison.Ordinal)))
            WriteHex(name, hex);

        var store = await OpenAsync();

        await AssertHasAsync(store, Kept, AlsoKept);
        Assert.False(await store.HasAsync(Deleted.Cid, Token));
        Assert.Empty((await store.ScrubAsync(Token)).Damaged);
    }

    [Fact]
    public void Trailer_OfASealedSegment_HasTheBytesOfVersion1()
    {
        const string trailer = "495046534b454e44030000000000000080000000000000000200000000000000d86f1b9094eea4b0";
        Assert.Equal(trailer, Convert.ToHexStringLower(SegmentFormat.Trailer(3, 128, 2)));
        Assert.True(SegmentFormat.TryReadTrailer(Convert.FromHexString(trailer), 3, out var footer));
        Assert.Equal(128, footer);
    }

    private static Block Raw(string text) => Block.Create(Multicodec.Raw, Encoding.UTF8.GetBytes(text));

    private static bool IsManifest(string name) => name.StartsWith("MANIFEST-", StringComparison.Ordinal);

    private async Task WriteAsync()
    {
        var store = await OpenAsync();
        await store.PutManyAsync([Kept, Deleted], Token);
        await store.DeleteAsync(Deleted.Cid, Token);
        await store.PutAsync(AlsoKept, Token);
        await store.DisposeAsync();
    }

    private string ReadHex(string name)
    {
        var bytes = Files.ReadAll("/data/" + name).AsSpan();
        if (IsManifest(name))
        {
            Assert.True(bytes[..ManifestCopyBytes].SequenceEqual(bytes[ManifestCopyBytes..]));
            bytes = bytes[..ManifestCopyBytes].TrimEnd((byte)0);
        }

        return Convert.ToHexStringLower(bytes);
    }

    private void WriteHex(string name, string hex)
    {
        var bytes = Convert.FromHexString(hex);
        if (IsManifest(name))
        {
            Array.Resize(ref bytes, ManifestCopyBytes);
            bytes = [.. bytes, .. bytes];
        }

        Files.WriteAll("/data/" + name, bytes);
    }
}
