using IpfsKit.Storage.Segments.Writing;

namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Writes the footers of segments that are no longer written to.</summary>
internal sealed class SegmentSealer(StoreState state, SegmentAllocator allocator)
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
            var before = segment.FileLength;
            var length = SegmentFooter.Write(segment, state.Keys, SegmentDirectory.ReadForSeal(segment, state.Keys));
            state.Disk.Add(length - before);
            segment.Seal(length);
            count++;
        }

        return count;
    }
}
