using System.Runtime.InteropServices;

namespace IpfsKit.Libp2p.Resources;

/// <summary>What the process may have of its machine or container.</summary>
/// <param name="MemoryBytes">The memory; limits of containers and of <c>DOTNET_GCHeapHardLimit</c> count.</param>
/// <param name="Descriptors">The descriptors that it may open.</param>
internal sealed partial record MachineResources(long MemoryBytes, long Descriptors)
{
    // Windows has no such limit; this is what a handle table takes easily.
    private const long WithoutLimit = 65_536;
    private const long WhenUnknown = 1_024;

    /// <summary>Those of this process.</summary>
    public static MachineResources Current { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, ReadDescriptors());

    private static long ReadDescriptors()
    {
        if (OperatingSystem.IsWindows())
            return WithoutLimit;
        var resource = OperatingSystem.IsLinux() ? 7 : 8;
        return GetLimit(resource, out var limit) == 0 ? (long)Math.Min(limit.Current, (ulong)WithoutLimit * 16) : WhenUnknown;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public nuint Current;
        public nuint Most;
    }
}
