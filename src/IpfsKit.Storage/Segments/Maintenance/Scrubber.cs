using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Segments.Writing;

namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Reads everything that is live and checks it against its checksum and its hash.</summary>
/// <remarks>
/// What does not match is taken out and repaired. What the disk refuses to read is repaired if that can be done, by a copy that takes its place, and otherwise kept and
/// reported: neither ends the pass.
/// </remarks>
internal sealed class Scrubber(StoreState state, Committer committer)
{
    // A small disk would do a lot of these; each gives other work a turn.
    private const long StepBytes = 1 << 20;

    /// <summary>Called for a block that is damaged; what it returns is put in its place.</summary>
    public Func<Multihash, CancellationToken, ValueTask<Block?>>? Repair { get; set; }

    /// <summary>One pass.</summary>
    public async Task<ScrubReport> ScrubAsync(Func<Block, CancellationToken, ValueTask> put, CancellationToken cancellationToken)
    {
        var pass = new Pass(put, new Pace(state.Options.ScrubBytesPerSecond, state.TimeProvider));
        foreach (var segment in state.Segments.All())
        {
            if (!segment.TryAcquire())
                continue;
            try
            {
                await ScrubAsync(segment, pass, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException exception)
            {
                // Its directory, not one of its records.
                _ = state.ReadFailed(segment.Path, segment.CommittedLength, exception);
                pass.Unreadable.Add(new DamagedBlock(null, segment.Path, 0, segment.FileLength, $"what it holds cannot be read: {exception.Message}"));
            }
            finally
            {
                segment.Release();
            }
        }

        return new ScrubReport(pass.Blocks, pass.Bytes, pass.Damaged, pass.Unreadable, pass.Repaired);
    }

    private async Task ScrubAsync(Segment segment, Pass pass, CancellationToken cancellationToken)
    {
        var step = 0L;
        foreach (var entry in SegmentDirectory.Read(segment, state.Keys))
        {
            var fingerprint = state.Keys.Fingerprint(entry.Hash);
            var location = new RecordLocation(segment.Slot, entry.Offset, entry.RecordBytes);
            if (entry.Kind != RecordKind.Put || !state.Index.Contains(fingerprint, location))
                continue;
            pass.Blocks++;
            pass.Bytes += location.Length;
            step += location.Length;
            var found = new DamagedBlock(entry.Hash, segment.Path, entry.Offset, location.Length, "");
            try
            {
                if (Check(segment, entry) is { } reason)
                {
                    state.ReportDamage(fingerprint, location, segment, entry.Hash, reason);
                    pass.Damaged.Add(found with { Reason = reason });
                    if (await RepairAsync(entry.Hash, pass.Put, cancellationToken).ConfigureAwait(false))
                        pass.Repaired++;
                }
            }
            catch (IOException exception)
            {
                _ = state.ReadFailed(segment.Path, entry.Offset, exception);
                pass.Unreadable.Add(found with { Reason = $"it cannot be read: {exception.Message}" });
                if (await RepairAsync(entry.Hash, ReplaceAsync, cancellationToken).ConfigureAwait(false))
                    pass.Repaired++;
            }

            if (step >= StepBytes)
            {
                await pass.Pace.SpendAsync(step, cancellationToken).ConfigureAwait(false);
                await Task.Yield();
                step = 0;
            }

            // A put would find the block, as its header may well be readable.
            async ValueTask ReplaceAsync(Block block, CancellationToken token)
            {
                var checksum = state.Keys.PayloadChecksum(block.Data.Span);
                var item = new WriteItem(WriteKind.Move, entry.Hash, fingerprint, block.Data, checksum, location);
                await committer.WriteAsync(new WriteRequest(new[] { item }), token).ConfigureAwait(false);
            }
        }
    }

    private string? Check(Segment segment, in DirectoryEntry entry)
    {
        using var record = RecordReader.TryRead(segment, state.Keys, entry);
        if (record is null)
            return "its record is damaged";

        // What its hash cannot prove, because this build cannot compute the function or it is not cryptographic or cut short, was admitted by somebody
        // who vouched for it; the checksum has to do.
        return !IsVerifiable(entry.Hash) || MultihashAlgorithm.Verify(entry.Hash, record.Payload.Span)
            ? null
            : "its bytes do not match its hash";
    }

    private static bool IsVerifiable(in Multihash hash) =>
        MultihashAlgorithm.IsVerifiable(hash.Code) && hash.DigestLength >= MultihashAlgorithm.MinVerifiedDigestBytes;

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

    private sealed class Pass(Func<Block, CancellationToken, ValueTask> put, Pace pace)
    {
        public Func<Block, CancellationToken, ValueTask> Put { get; } = put;

        public Pace Pace { get; } = pace;

        public List<DamagedBlock> Damaged { get; } = [];

        public List<DamagedBlock> Unreadable { get; } = [];

        public long Blocks { get; set; }

        public long Bytes { get; set; }

        public int Repaired { get; set; }
    }
}
