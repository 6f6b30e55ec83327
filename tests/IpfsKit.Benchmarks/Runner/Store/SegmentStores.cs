using IpfsKit.Storage;

namespace IpfsKit.Benchmarks.Runner.Store;

/// <summary>Our store, as it comes: every option at its default.</summary>
internal static class SegmentStores
{
    /// <summary>Opens or makes the store of a directory.</summary>
    public static Task<SegmentBlockStore> OpenAsync(string directory) =>
        SegmentBlockStore.OpenAsync(new SegmentStoreOptions { Directory = directory });

    /// <summary>Takes the checkpoints of a closed store away, as after a crash before the first one.</summary>
    public static void DeleteCheckpoints(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "checkpoint*"))
            File.Delete(path);
    }
}
