using BenchmarkDotNet.Attributes;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.Car;

/// <summary>A CAR of a file of 256 blocks of 16 KiB; one operation is one block.</summary>
[MemoryDiagnoser]
public class CarBenchmarks
{
    private const int Blocks = 256;
    private const int BlockBytes = 16 << 10;

    private readonly MemoryBlockStore _store = new();
    private readonly List<Block> _blocks = [];
    private MemoryStream _car = new();
    private Cid _root;

    [GlobalSetup]
    public async Task Setup()
    {
        var content = new byte[Blocks * BlockBytes];
        new Random(1).NextBytes(content);
        var importer = new UnixFsImporter(_store, new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = BlockBytes } });
        _root = (await importer.ImportFileAsync(new MemoryStream(content))).Root;
        var request = new CarExportRequest(new IpfsPath(_root));
        await new CarExporter(_store).ExportAsync(request, _car);
        var exporter = new CarExporter(_store);
        await foreach (var block in exporter.SelectAsync(request, await exporter.ResolveAsync(request)))
            _blocks.Add(block);
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public async Task ReadBlock()
    {
        _car.Position = 0;
        await using var reader = await CarReader.OpenAsync(_car, new CarReaderOptions { LeaveOpen = true });
        while (await reader.ReadBlockAsync() is { } block)
            block.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public async Task WriteBlock()
    {
        await using var writer = await CarWriter.CreateAsync(Stream.Null, [_root], leaveOpen: true);
        foreach (var block in _blocks)
            await writer.WriteAsync(block);
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public async Task ExportBlock() => await new CarExporter(_store).ExportAsync(new CarExportRequest(new IpfsPath(_root)), Stream.Null);
}
