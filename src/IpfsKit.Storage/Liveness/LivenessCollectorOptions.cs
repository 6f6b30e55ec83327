namespace IpfsKit.Storage.Liveness;

/// <summary>How a <see cref="LivenessCollector"/> goes about it.</summary>
public sealed class LivenessCollectorOptions
{
    /// <summary>Blocks that are marked between two pauses.</summary>
    /// <value>1 or more; default 512.</value>
    public int BatchBlocks { get; set; } = 512;

    /// <summary>The pause after each batch of marks, in which others have the disk and the processor to themselves.</summary>
    /// <value>Zero (the thread is only yielded) or more; default 2 ms.</value>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>The links that wait in memory to be followed; more wait in a temporary file.</summary>
    /// <value>1024 or more; default 65,536, about 6 MiB.</value>
    public int MaxLinksInMemory { get; set; } = 64 << 10;

    /// <summary>Where that file goes.</summary>
    /// <value>A directory; default that of the system.</value>
    public string SpillDirectory { get; set; } = Path.GetTempPath();

    /// <summary>How the sweep goes about it.</summary>
    public SweepOptions Sweep { get; set; } = new();
}
