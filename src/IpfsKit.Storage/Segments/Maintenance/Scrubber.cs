using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Reads everything that is live and checks it against its checksum and its hash.</summary>
internal sealed class Scrubber(StoreState state)
{
    // A small disk would do a lot of these; each gives other work a turn.
    private const long StepBytes = 1 << 20;

    /// <summary>Called for a block that is damaged; what it returns is put in its place.</summary>
    public Func<Multihash, CancellationToken, ValueTask<Block?>>? Repair { get; set; }

    /// <summary>One pass.</summary>
    public async Task<ScrubReport> ScrubAsync(Func<Block, CancellationToken, ValueTask> put, CancellationToken cancellationToken)
    {
        var pace = new Pace(state.Options.ScrubBytesPerSecond, state.TimeProvider);
        var damaged = new List<DamagedBlock>();
        var (blocks, bytes, step, repaired) = (0L, 0L, 0L, 0);
        foreach (var segment in state.Segments.All())
        {
            if (!segment.TryAcquire())
                continue;
            try
            {
                foreach (var entry in SegmentDirectory.Read(segment, state.Keys))
                {
                    var fingerprint = state.Keys.Fingerprint(entry.Hash);
                    var location = new RecordLocation(segment.Slot, entry.Offset, entry.RecordBytes);
                    if (entry.Kind != RecordKind.Put || !state.Index.Contains(fingerprint, location))
                        continue;
                    blocks++;
                    bytes += location.Length;
                    step += location.Length;
                    if (Check(segment, entry) is { } reason)
                    {
                        state.ReportDamage(fingerprint, location, segment, entry.Hash, reason);
                        damaged.Add(new DamagedBlock(entry.Hash, segment.Path, entry.Offset, location.Length, reason));
                        if (await RepairAsync(entry.Hash, put, cancellationToken).ConfigureAwait(false))
                            repaired++;
                    }

                    if (step >= StepBytes)
                    {
                        await pace.SpendAsync(step, cancellationToken).ConfigureAwait(false);
                        await Task.Yield();
                        step = 0;
                    }
                }
            }
            finally
            {
                segment.Release();
            }
        }

        return new ScrubReport(blocks, bytes, damaged, repaired);
    }

    private string? Check(Segment segment, in DirectoryEntry entry)
    {
        try
        {
            using var record = RecordReader.TryRead(segment, state.Keys, entry);
            if (record is null)
                return "its record is damaged";

            // A function that this build cannot compute was checked by the build that admitted the block; the checksum has to do.
            return !MultihashAlgorithm.IsSupported(entry.Hash.Code) || MultihashAlgorithm.Verify(entry.Hash, record.Payload.Span)
                ? null
                : "its bytes do not match its hash";
        }
        catch (IOException exception)
        {
            return $"it cannot be read: {exception.Message}";
        }
    }

    private async ValueTask<bool> RepairAsync(Multihash hash, Func<Block, CancellationToken, ValueTask> put, CancellationToken cancellationToken)
    {
        if (Repair is null)
            return false;
        using var block = await Repair(hash, cancellationToken).ConfigureAwait(false);
        if (block is null || block.Cid.Hash != hash)
            return false;
        await put(block, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
