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
            if (segment.IsSealed || segment.IsHeld || allocator.IsInUse(segment))
                continue;
            try
            {
                var before = segment.FileLength;
                var length = SegmentFooter.Write(segment, state.Keys, Entries(segment));
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

    // Where something is damaged, only what is whole is listed, and the rest is reported: nobody would miss it after a rebuild from footers.
    private IEnumerable<DirectoryEntry> Entries(Segment segment)
    {
        foreach (var group in SegmentDirectory.ReadGroups(segment, state.Keys))
        {
            if (group.IsIncomplete)
                LogIncomplete(state.Logger, segment.Path, group.Start, group.End);
            foreach (var entry in group.Entries)
            {
                if (!group.IsDamaged || RecordReader.Verify(segment, state.Keys, entry))
                    yield return entry;
                else if (entry.Kind == RecordKind.Put)
                    state.ReportDamage(state.Keys.Fingerprint(entry.Hash), new RecordLocation(segment.Slot, entry.Offset, entry.RecordBytes), segment, entry.Hash, "its record is damaged");
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "In segment {Path}, the list of the records from {Start} to {End} is damaged; those that could be found are kept.")]
    private static partial void LogIncomplete(ILogger logger, string path, long start, long end);

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Path} could not be sealed.")]
    private static partial void LogNotSealed(ILogger logger, Exception exception, string path);
}
