using System.Diagnostics;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>Holds this process to a share of one core: whoever is about to work waits until what was used so far is within it.</summary>
internal sealed class ProcessorShare(double share)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _before = Environment.CpuUsage.TotalTime;

    /// <summary>What was used of a core since the beginning.</summary>
    public double Used => (Environment.CpuUsage.TotalTime - _before) / Stopwatch.GetElapsedTime(_start);

    /// <summary>Waits until there is something left of the share.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var over = ((Environment.CpuUsage.TotalTime - _before) / share) - Stopwatch.GetElapsedTime(_start);
            if (over <= TimeSpan.Zero)
                return;
            await Task.Delay(over > Least ? over : Least, cancellationToken);
        }
    }
}
