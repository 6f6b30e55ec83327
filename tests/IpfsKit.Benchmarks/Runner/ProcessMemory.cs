using System.Diagnostics;
using System.Globalization;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>The resident memory of processes.</summary>
internal static class ProcessMemory
{
    /// <summary>Of this process now, in bytes.</summary>
    public static long ResidentBytes => Read("self", "VmRSS:") ?? Environment.WorkingSet;

    /// <summary>The most of this process since it began, in bytes.</summary>
    public static long PeakResidentBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return Read("self", "VmHWM:") ?? process.PeakWorkingSet64;
        }
    }

    /// <summary>Of another process now, in bytes.</summary>
    public static long ResidentBytesOf(Process process)
    {
        process.Refresh();
        return Read(Name(process), "VmRSS:") ?? process.WorkingSet64;
    }

    /// <summary>The most of another process since it began, or since <see cref="ForgetPeakOf"/>, in bytes.</summary>
    public static long PeakResidentBytesOf(Process process)
    {
        process.Refresh();
        return Read(Name(process), "VmHWM:") ?? process.PeakWorkingSet64;
    }

    /// <summary>Lets the peak of another process begin with what it has now, where the system can do that.</summary>
    public static void ForgetPeakOf(Process process)
    {
        if (OperatingSystem.IsLinux())
            File.WriteAllText($"/proc/{Name(process)}/clear_refs", "5");
    }

    private static string Name(Process process) => process.Id.ToString(CultureInfo.InvariantCulture);

    private static long? Read(string process, string field)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
