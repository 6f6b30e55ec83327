using System.Diagnostics;
using System.Globalization;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>The resident memory of this process.</summary>
internal static class ProcessMemory
{
    /// <summary>Now, in bytes.</summary>
    public static long ResidentBytes => Read("VmRSS:") ?? Environment.WorkingSet;

    /// <summary>The most since the process began, in bytes.</summary>
    public static long PeakResidentBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return Read("VmHWM:") ?? process.PeakWorkingSet64;
        }
    }

    private static long? Read(string field)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
