using BenchmarkDotNet.Attributes;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.UnixFs;

/// <summary>Reading a file of 64 blocks of 256 KiB out of a memory store.</summary>
[MemoryDiagnoser]
public class ReadBenchmarks
{
    private const int Blocks = 64;
    private const int BlockBytes = 256 << 10;

    private readonly MemoryBlockStore _store = new();
    private Cid _root;

    [GlobalSetup]
    public async Task Setup()
    {
        var content = new byte[Blocks * BlockBytes];
        new Random(1).NextBytes(content);
        var importer = new UnixFsImporter(_store, new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = BlockBytes } });
        _root = (await importer.ImportFileAsync(new MemoryStream(content))).Root;
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public async Task ReadBlock()
    {
        using var file = await UnixFsFile.OpenAsync(_store, _root);
        await file.CopyToAsync(Stream.Null);
    }
}
