using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Client;

/// <summary>Tells of each block that came, one at a time. What it throws is logged and harms nobody.</summary>
internal sealed class ProgressReporter(IProgress<FetchedBlock> progress, ILogger logger)
{
    private readonly Lock _lock = new();

    /// <summary>Tells of a block; called with the gate open.</summary>
    public void Report(FetchedBlock fetched)
    {
        lock (_lock)
        {
            try
            {
                progress.Report(fetched);
            }
#pragma warning disable CA1031 // Others' code; the fetch goes on.
            catch (Exception e)
            {
                GuardedObserver.LogFailed(logger, e);
            }
#pragma warning restore CA1031
        }
    }
}
