using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>Finds and reads blocks.</summary>
/// <remarks>
/// The index gives candidates; the header of a record says whether it is the one. A record that does not check out may just have moved
/// (compaction put its segment away between the look-up and the read), so it is damaged only if the index still points to it afterwards.
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
    public Block? Read(in Cid cid)
    {
        Span<byte> buffer = stackalloc byte[Multihash.MaxBytes];
        var key = state.Keys.Key(cid.Hash, buffer);
        Span<RecordLocation> candidates = stackalloc RecordLocation[_maxCandidates];
        while (true)
        {
            var count = state.Index.Find(key.Fingerprint, candidates);
            var moved = false;
            foreach (ref readonly var location in candidates[..count])
            {
                var outcome = TryRead(cid, key, location, out var block, out var reason);
                if (outcome == Outcome.Match)
                    return block;
                if (!state.Index.Contains(key.Fingerprint, location))
                {
                    moved = true;
                    continue;
                }

                if (outcome == Outcome.OtherKey)
                    continue;

                // With more than one candidate, nobody knows whether the unreadable one was meant.
                using var segment = new SegmentUse(state.Segments.Acquire(location.Slot));
                if (segment.Segment is not null)
                    state.ReportDamage(key.Fingerprint, location, segment.Segment, count == 1 ? cid.Hash : null, reason!);
                if (count == 1)
                    throw new BlockIntegrityException(cid, reason);
            }

            if (!moved)
                return null;
        }
    }

    /// <summary>Finds the record of a block by comparing keys; a damaged record is taken out and not found.</summary>
    /// <param name="key">The key.</param>
    /// <param name="location">The record.</param>
    /// <param name="payloadLength">The length of the block.</param>
    public bool TryFind(in StoreKey key, out RecordLocation location, out int payloadLength)
    {
        Span<RecordLocation> candidates = stackalloc RecordLocation[_maxCandidates];
        while (true)
        {
            var count = state.Index.Find(key.Fingerprint, candidates);
            var moved = false;
            foreach (ref readonly var candidate in candidates[..count])
            {
                var outcome = TryReadHeader(key, candidate, out payloadLength, out var reason);
                if (outcome == Outcome.Match)
                {
                    location = candidate;
                    return true;
                }

                if (!state.Index.Contains(key.Fingerprint, candidate))
                {
                    moved = true;
                    continue;
                }

                if (outcome == Outcome.OtherKey)
                    continue;

                using var segment = new SegmentUse(state.Segments.Acquire(candidate.Slot));
                if (segment.Segment is not null)
                    state.ReportDamage(key.Fingerprint, candidate, segment.Segment, count == 1 ? Multihash.FromBytes(key.Bytes) : null, reason!);
            }

            if (!moved)
            {
                location = default;
                payloadLength = 0;
                return false;
            }
        }
    }

    private Outcome TryRead(in Cid cid, in StoreKey key, in RecordLocation location, out Block? block, out string? reason)
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
            reason = $"it cannot be read: {exception.Message}";
            return Outcome.Unreadable;
        }
        finally
        {
            buffer?.Dispose();
        }
    }

    private Outcome TryReadHeader(in StoreKey key, in RecordLocation location, out int payloadLength, out string? reason)
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
            reason = $"it cannot be read: {exception.Message}";
            return Outcome.Unreadable;
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
    }

    private readonly ref struct SegmentUse(Segment? segment)
    {
        public Segment? Segment { get; } = segment;

        public void Dispose() => Segment?.Release();
    }
}
