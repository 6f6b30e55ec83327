using System.Diagnostics;

namespace IpfsKit.Benchmarks.Runner.Libp2p.Attacks;

/// <summary>Holds this process to a share of one core: whoever is about to work waits until what was used so far is within it.</summary>
internal sealed class ProcessorShare(double share)
{
    // To look more often whether there is something left would use all of a small share up.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(20);

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _before = Environment.CpuUsage.TotalTime;

    /// <summary>The time since the beginning.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>What was used of a core since then.</summary>
    public double Used => (Environment.CpuUsage.TotalTime - _before) / Elapsed;

    /// <summary>Waits until there is something left of the share.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var over = ((Environment.CpuUsage.TotalTime - _before) / share) - Elapsed;
            if (over <= TimeSpan.Zero)
                return;
            await Task.Delay(over > Least ? over : Least, cancellationToken);
        }
    }
}
