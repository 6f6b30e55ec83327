using BenchmarkDotNet.Attributes;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Benchmarks.UnixFs;

/// <summary>Reading, cutting, hashing and linking, with a sink that forgets: one operation is one chunk of 1 MiB.</summary>
[MemoryDiagnoser]
public class ImportBenchmarks
{
    private const int Chunks = 16;

    private readonly MemoryStream _content = new(MakeContent(), writable: false);
    private readonly UnixFsImporter _importer = new(new ForgetfulSink());

    [Benchmark(OperationsPerInvoke = Chunks)]
    public async Task ImportChunk()
    {
        _content.Position = 0;
        await _importer.ImportFileAsync(_content);
    }

    private static byte[] MakeContent()
    {
        var content = new byte[Chunks << 20];
        new Random(1).NextBytes(content);
        return content;
    }

    private sealed class ForgetfulSink : IBlockSink
    {
        public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
