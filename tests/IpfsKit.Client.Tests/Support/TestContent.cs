using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Tests.Support;

/// <summary>Content for tests: reproducible, and small enough for a thousand of them.</summary>
internal static class TestContent
{
    /// <summary>Small chunks and few links a node, so that a few hundred KiB make a DAG of several levels.</summary>
    public static UnixFsProfile Small { get; } = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 4 << 10, LinksPerNode = 5 };

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<Cid> AddFileAsync(IBlockSink sink, byte[] content, UnixFsProfile? profile = null) =>
        (await new UnixFsImporter(sink, new UnixFsImportOptions { Profile = profile ?? Small }).ImportFileAsync(new MemoryStream(content))).Root;

    public static async Task<Cid> AddTreeAsync(IBlockSink sink, IEnumerable<(string Path, byte[] Content)> files, UnixFsProfile? profile = null) =>
        (await new UnixFsTreeImporter(sink, new UnixFsImportOptions { Profile = profile ?? Small })
            .ImportAsync(new UnixFsSource(files.Select(file => UnixFsSourceEntry.File(file.Path, new MemoryStream(file.Content)))))).Root;

    public static async Task<byte[]> ReadToEndAsync(this Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }
}
