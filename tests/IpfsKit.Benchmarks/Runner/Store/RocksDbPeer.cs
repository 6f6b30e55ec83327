using IpfsKit.Multiformats;
using RocksDbSharp;

namespace IpfsKit.Benchmarks.Runner.Store;

/// <summary>RocksDB with BlobDB, set up for the same promises as our store: what its users would choose for blocks.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>Durable: the write-ahead log is on and every batch waits for its fdatasync.</item>
/// <item>Values in blob files of 256 MiB, as large as our segments; no compression, because blocks rarely compress and ours are not; blob garbage
/// collection off, because nothing is deleted.</item>
/// <item>Checksums verified on every read, as ours are. A get hands out RocksDB's own pinned memory, with no copy on top.</item>
/// <item>Bloom filters of 10 bits and a cache of 256 MiB for index and filter blocks; values come from the page cache, as ours do.</item>
/// <item>Four write buffers of 64 MiB and as many background threads as there are cores, so that flushes seldom stop the writer; log files are
/// reused, which makes synced writes faster.</item>
/// </list>
/// </remarks>
internal sealed class RocksDbPeer : IDisposable
{
    private const ulong BlobFileBytes = 256 << 20;
    private const ulong MinBlobBytes = 1 << 10;
    private const ulong WriteBufferBytes = 64 << 20;
    private const int WriteBuffers = 4;
    private const ulong CacheBytes = 256 << 20;
    private const int BloomBitsPerKey = 10;

    private readonly WriteOptions _durable = new WriteOptions().SetSync(true);
    private readonly ReadOptions _read = new ReadOptions().SetVerifyChecksums(true);
    private readonly DbOptions _options;
    private readonly RocksDb _database;

    public RocksDbPeer(string directory)
    {
        var table = new BlockBasedTableOptions()
            .SetFilterPolicy(BloomFilterPolicy.Create(BloomBitsPerKey, false))
            .SetBlockCache(Cache.CreateLru(CacheBytes));
        _options = new DbOptions()
            .SetCreateIfMissing(true)
            .SetBlockBasedTableFactory(table)
            .SetCompression(Compression.No)
            .SetWriteBufferSize(WriteBufferBytes)
            .SetMaxWriteBufferNumber(WriteBuffers)
            .SetRecycleLogFileNum(WriteBuffers)
            .IncreaseParallelism(Environment.ProcessorCount);
        var native = Native.Instance;
        native.rocksdb_options_set_enable_blob_files(_options.Handle, 1);
        native.rocksdb_options_set_min_blob_size(_options.Handle, MinBlobBytes);
        native.rocksdb_options_set_blob_file_size(_options.Handle, BlobFileBytes);
        native.rocksdb_options_set_blob_compression_type(_options.Handle, (int)Compression.No);
        _database = RocksDb.Open(_options, directory);
    }

    /// <summary>Writes a batch; durable on return.</summary>
    public void Put(ReadOnlySpan<BlockSample> blocks)
    {
        using var batch = new WriteBatch();
        Span<byte> key = stackalloc byte[Multihash.MaxBytes];
        foreach (var block in blocks)
            batch.Put(key[..block.Cid.Hash.WriteBytes(key)], block.Data.Span);
        _database.Write(batch, _durable);
    }

    /// <summary>Reads a value and returns its length.</summary>
    /// <exception cref="KeyNotFoundException">It is not there.</exception>
    public unsafe int Get(in Cid cid)
    {
        Span<byte> key = stackalloc byte[Multihash.MaxBytes];
        var keyBytes = cid.Hash.WriteBytes(key);
        nint slice;
        fixed (byte* pointer = key)
            slice = Native.Instance.rocksdb_get_pinned(_database.Handle, _read.Handle, pointer, (nuint)keyBytes);
        if (slice == 0)
            throw new KeyNotFoundException($"RocksDB lost {cid}.");
        Native.Instance.rocksdb_pinnableslice_value(slice, out var length);
        Native.Instance.rocksdb_pinnableslice_destroy(slice);
        return (int)length;
    }

    /// <summary>Moves everything from the write buffers to files, so that gets read what a database in use reads.</summary>
    public void Flush() => _database.Flush(new FlushOptions().SetWaitForFlush(true));

    public void Dispose() => _database.Dispose();
}
