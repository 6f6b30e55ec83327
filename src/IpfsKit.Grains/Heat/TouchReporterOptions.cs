namespace IpfsKit.Grains.Heat;

/// <summary>How a silo reports the reads of its roots.</summary>
public sealed class TouchReporterOptions
{
    /// <summary>How often roots that were read at least twice are reported; the resolution of heat in time.</summary>
    /// <value>100 ms to 1 minute; default 1 s.</value>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the rest is reported.</summary>
    /// <value>At least <see cref="FlushInterval"/>; default 5 minutes.</value>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Different roots counted between two flushes, for each processor; about 150 bytes of memory each.</summary>
    /// <value>64 to 1,048,576; default 2,048.</value>
    public int MaxRootsPerFlush { get; set; } = 2048;

    /// <summary>Roots whose heat waits for the sweep, or for grain storage to come back; about 200 bytes of memory each.</summary>
    /// <value>64 to 16,777,216; default 65,536.</value>
    public int MaxWaitingRoots { get; set; } = 65_536;

    /// <summary>Reports under way at once.</summary>
    /// <value>1 to 1,024; default 32.</value>
    public int MaxConcurrentReports { get; set; } = 32;

    /// <summary>How long one report may take before its heat waits for the next sweep.</summary>
    /// <value>100 ms to 1 minute; default 5 s.</value>
    public TimeSpan ReportTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
