using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>Finds and reads blocks.</summary>
/// <remarks>
/// The index gives candidates; the header of a record says whether it is the one. A record that does not check out may just have moved
/// (compaction put its segment away between the look-up and the read), so it is damaged only if the index still points to it afterwards.
/// Damaged means that the disk gave bytes and the checksum does not match. A read that the disk refuses says nothing about the bytes, which may be read the next time:
/// then the entry stays, so that compaction keeps the record, and the caller gets <see cref="StorageReadException"/>.
/// Reads are blocking preads: from the page cache they take less than a microsecond and a memory copy.
/// </remarks>
internal sealed class BlockReader(StoreState state)
{
    // Candidates per look-up; more blocks than this with one 64-bit fingerprint are not to be expected in any universe.
    private const int MaxCandidates = 8;

    // Records of this size and more are read in two steps, so that the payload fits a buffer of its own size instead of the next power of two.
    private const int TwoStepBytes = 32 << 10;

    private readonly int _maxCandidates = state.Options.FingerprintMask == ulong.MaxValue ? MaxCandidates : 256;

    /// <summary>Reads a block; null if it is not here.</summary>
    /// <exception cref="BlockIntegrityException">Its record is damaged; it is no longer found from now on.</exception>
    /// <exception cref="StorageReadException">The disk refused to read its record, or one that may be it; it is kept.</exception>
    public Block? Read(in Cid cid)
    {
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        var key = state.Keys.Key(cid.Hash, buffer);
        Span<RecordLocation> candidates = stackalloc RecordLocation[_maxCandidates];
        while (true)
        {
            var count = state.Index.Find(key.Fingerprint, candidates);
            var moved = false;
            StorageReadException? failure = null;
            foreach (ref readonly var location in candidates[..count])
            {
                var outcome = TryRead(cid, key, location, out var block, out var reason, ref failure);
                if (outcome == Outcome.Match)
                    return block;
                if (!state.Index.Contains(key.Fingerprint, location))
                {
                    moved = true;
                    continue;
                }

                if (outcome is Outcome.OtherKey or Outcome.Refused)
                    continue;

                // With more than one candidate, nobody knows whether the unreadable one was meant.
                using var segment = new SegmentUse(state.Segments.Acquire(location.Slot));
                if (segment.Segment is not null)
                    state.ReportDamage(key.Fingerprint, location, segment.Segment, count == 1 ? cid.Hash : null, reason!);
                if (count == 1)
                    throw new BlockIntegrityException(cid, reason);
            }

            if (moved)
                continue;
            return failure is null ? null : throw failure;
        }
    }

    /// <summary>Finds the record of a block by comparing keys; a damaged record is taken out and not found.</summary>
    /// <param name="key">The key.</param>
    /// <param name="location">The record.</param>
    /// <param name="payloadLength">The length of the block.</param>
    /// <exception cref="StorageReadException">The disk refused to read a record that may be it; it is kept.</exception>
    public bool TryFind(in StoreKey key, out RecordLocation location, out int payloadLength) =>
        TryFind(key, out location, out payloadLength, out _) is var (isFound, failure) && failure is not null ? throw failure : isFound;

    /// <summary>Finds the record of a block where only its place matters: one that the disk refuses to read counts if it is the only one with the fingerprint, as in a look-up of whether a block is there.</summary>
    /// <exception cref="StorageReadException">The disk refused to read one of several records that may be it.</exception>
    public bool TryFindPlace(in StoreKey key, out RecordLocation location)
    {
        var (isFound, failure) = TryFind(key, out location, out _, out var refused);
        if (isFound || failure is null)
            return isFound;
        location = refused;
        return refused.Slot != 0 ? true : throw failure;
    }

    private (bool IsFound, StorageReadException? Failure) TryFind(in StoreKey key, out RecordLocation location, out int payloadLength, out RecordLocation refused)
    {
        Span<RecordLocation> candidates = stackalloc RecordLocation[_maxCandidates];
        while (true)
        {
            var count = state.Index.Find(key.Fingerprint, candidates);
            var moved = false;
            StorageReadException? failure = null;
            refused = default;
            foreach (ref readonly var candidate in candidates[..count])
            {
                var outcome = TryReadHeader(key, candidate, out payloadLength, out var reason, ref failure);
                if (outcome == Outcome.Match)
                {
                    location = candidate;
                    return (true, null);
                }

                if (!state.Index.Contains(key.Fingerprint, candidate))
                {
                    moved = true;
                    continue;
                }

                if (outcome == Outcome.Refused && count == 1)
                    refused = candidate;
                if (outcome is Outcome.OtherKey or Outcome.Refused)
                    continue;

                using var segment = new SegmentUse(state.Segments.Acquire(candidate.Slot));
                if (segment.Segment is not null)
                    state.ReportDamage(key.Fingerprint, candidate, segment.Segment, count == 1 ? Multihash.FromBytes(key.Bytes) : null, reason!);
            }

            if (!moved)
            {
                location = default;
                payloadLength = 0;
                return (false, failure);
            }
        }
    }

    private Outcome TryRead(in Cid cid, in StoreKey key, in RecordLocation location, out Block? block, out string? reason, ref StorageReadException? failure)
    {
        block = null;
        using var use = new SegmentUse(state.Segments.Acquire(location.Slot));
        if (use.Segment is not { } segment)
        {
            reason = "its segment is gone";
            return Outcome.Unreadable;
        }

        PooledBuffer? buffer = null;
        try
        {
            Memory<byte> payload;
            RecordHeader header;
            if (location.Length < TwoStepBytes)
            {
                buffer = PooledBuffer.Rent(location.Length);
                var outcome = CheckHeader(segment, key, location, buffer.Span[..segment.File.ReadFully(buffer.Span, location.Offset)], out header, out reason);
                if (outcome != Outcome.Match)
                    return outcome;
                payload = buffer.Memory.Slice(header.Bytes, (int)header.PayloadLength);
            }
            else
            {
                var outcome = TryReadHeader(segment, key, location, out header, out reason);
                if (outcome != Outcome.Match)
                    return outcome;
                buffer = PooledBuffer.Rent((int)header.PayloadLength);
                payload = buffer.Memory;
                if (segment.File.ReadFully(payload.Span, location.Offset + header.Bytes) != payload.Length)
                {
                    reason = "the file ends within it";
                    return Outcome.Unreadable;
                }
            }

            if (state.Keys.PayloadChecksum(payload.Span) != header.PayloadChecksum)
            {
                reason = "the checksum of its record does not match";
                return Outcome.Unreadable;
            }

            block = Block.CreateTrusted(cid, payload, buffer);
            buffer = null;
            return Outcome.Match;
        }
        catch (IOException exception)
        {
            reason = null;
            failure = state.ReadFailed(segment.Path, location.Offset, exception);
            return Outcome.Refused;
        }
        finally
        {
            buffer?.Dispose();
        }
    }

    private Outcome TryReadHeader(in StoreKey key, in RecordLocation location, out int payloadLength, out string? reason, ref StorageReadException? failure)
    {
        payloadLength = 0;
        using var use = new SegmentUse(state.Segments.Acquire(location.Slot));
        if (use.Segment is not { } segment)
        {
            reason = "its segment is gone";
            return Outcome.Unreadable;
        }

        try
        {
            var outcome = TryReadHeader(segment, key, location, out var header, out reason);
            payloadLength = (int)header.PayloadLength;
            return outcome;
        }
        catch (IOException exception)
        {
            reason = null;
            failure = state.ReadFailed(segment.Path, location.Offset, exception);
            return Outcome.Refused;
        }
    }

    private Outcome TryReadHeader(Segment segment, in StoreKey key, in RecordLocation location, out RecordHeader header, out string? reason)
    {
        Span<byte> bytes = stackalloc byte[RecordHeader.SizeOf(key.Bytes.Length)];
        return CheckHeader(segment, key, location, bytes[..segment.File.ReadFully(bytes, location.Offset)], out header, out reason);
    }

    private Outcome CheckHeader(
        Segment segment, in StoreKey key, in RecordLocation location, ReadOnlySpan<byte> bytes, out RecordHeader header, out string? reason)
    {
        reason = null;

        // The key of another block may be longer than what was read; then its header cannot be checked, and need not be.
        if (RecordHeader.TryRead(bytes, state.Keys, segment.Id, location.Offset, out header))
        {
            if (header.Kind == RecordKind.Put && header.RecordBytes == location.Length
                && bytes.Slice(RecordHeader.FixedBytes, header.MultihashLength).SequenceEqual(key.Bytes))
                return Outcome.Match;
            return Outcome.OtherKey;
        }

        if (RecordReader.TryReadHeader(segment, state.Keys, location.Offset, out header, out _))
            return Outcome.OtherKey;
        reason = "its header is damaged";
        return Outcome.Unreadable;
    }

    private enum Outcome
    {
        Match,
        OtherKey,
        Unreadable,
        Refused,
    }

    private readonly ref struct SegmentUse(Segment? segment)
    {
        public Segment? Segment { get; } = segment;

        public void Dispose() => Segment?.Release();
    }
}
