using IpfsKit.Storage.Files;
using IpfsKit.Storage.Segments.Writing;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Writes the footers of segments that are no longer written to.</summary>
internal sealed partial class SegmentSealer(StoreState state, SegmentAllocator allocator)
{
    /// <summary>Seals what is to be sealed; returns how many segments.</summary>
    public int SealAll(CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var segment in state.Segments.All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (segment.IsSealed || allocator.IsInUse(segment))
                continue;
            try
            {
                var before = segment.FileLength;
                var length = SegmentFooter.Write(segment, state.Keys, SegmentDirectory.ReadForSeal(segment, state.Keys));
                state.Disk.Add(length - before);
                segment.Seal(length);
                count++;
            }
            catch (IOException exception) when (exception is not DiskFullException)
            {
                // The footer only repeats what the groups say: without it, opening reads those. The next attempt writes all of it again.
                LogNotSealed(state.Logger, exception, segment.Path);
            }
        }

        return count;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Path} could not be sealed.")]
    private static partial void LogNotSealed(ILogger logger, Exception exception, string path);
}
