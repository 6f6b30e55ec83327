using System.Globalization;
using System.Security.Cryptography;
using IpfsKit.Benchmarks.Runner.Read;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Bitswap;

/// <summary>What a server has: random blocks of a size, which are those of a file, or each for itself.</summary>
/// <param name="IsFile">Whether they are a UnixFS file's.</param>
/// <param name="Count">How many.</param>
/// <param name="BlockBytes">The bytes of each.</param>
internal readonly record struct BitswapContent(bool IsFile, int Count, int BlockBytes)
{
    private const int BatchBlocks = 64;

    /// <summary>All bytes.</summary>
    public long Bytes => (long)Count * BlockBytes;

    /// <summary>What a child process is started with; <see cref="Parse"/> reads it.</summary>
    public string ToArgument() => string.Create(CultureInfo.InvariantCulture, $"{(IsFile ? "file" : "blocks")}:{Count}:{BlockBytes}");

    /// <summary>Reads what <see cref="ToArgument"/> writes.</summary>
    public static BitswapContent Parse(string argument)
    {
        var parts = argument.Split(':');
        return new BitswapContent(parts[0] == "file", int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    /// <summary>Puts it into a store; the file's root, or each block.</summary>
    public async Task<IReadOnlyList<Cid>> AddAsync(IBlockStore store)
    {
        if (IsFile)
        {
            var profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = BlockBytes };
            return [(await new UnixFsImporter(store, new UnixFsImportOptions { Profile = profile }).ImportFileAsync(new RandomStream(Bytes))).Root];
        }

        var cids = new List<Cid>(Count);
        foreach (var numbers in Enumerable.Range(0, Count).Chunk(BatchBlocks))
        {
            var bytes = BlockBytes;
            var batch = Array.ConvertAll(numbers, _ => Block.Create(Multicodec.Raw, RandomNumberGenerator.GetBytes(bytes)));
            await store.PutManyAsync(batch);
            cids.AddRange(batch.Select(block => block.Cid));
        }

        return cids;
    }
}
