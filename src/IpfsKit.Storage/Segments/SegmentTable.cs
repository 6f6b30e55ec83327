namespace IpfsKit.Storage.Segments;

/// <summary>The segments of a store by the slots under which the index knows them.</summary>
/// <remarks>
/// Slots are used again. A reader that looked a location up before its segment went away may thus read another segment; the checksum of a
/// record's header holds only in its own segment, so such a reader finds no record and looks up again.
/// </remarks>
internal sealed class SegmentTable
{
    private readonly Lock _lock = new();
    private Segment?[] _slots = new Segment?[16];

    /// <summary>All segments by ascending id.</summary>
    public IReadOnlyList<Segment> All()
    {
        lock (_lock)
            return [.. _slots.OfType<Segment>().OrderBy(segment => segment.Id)];
    }

    /// <summary>The segment of a slot, or null.</summary>
    public Segment? Get(int slot)
    {
        var slots = Volatile.Read(ref _slots);
        return slot < slots.Length ? Volatile.Read(ref slots[slot]) : null;
    }

    /// <summary>The segment of a slot with a use added, or null if it has gone.</summary>
    public Segment? Acquire(int slot) => Get(slot) is { } segment && segment.TryAcquire() ? segment : null;

    /// <summary>Adds a segment, which the function makes of a free slot, or of the wanted one if that is free.</summary>
    public Segment Add(Func<int, Segment> make, int wantedSlot = 0)
    {
        lock (_lock)
        {
            var slot = wantedSlot > 0 && Get(wantedSlot) is null ? wantedSlot : FreeSlot();
            if (slot >= _slots.Length)
            {
                var larger = new Segment?[Math.Max(slot + 1, _slots.Length * 2)];
                _slots.CopyTo(larger, 0);
                Volatile.Write(ref _slots, larger);
            }

            var segment = make(slot);
            Volatile.Write(ref _slots[slot], segment);
            return segment;
        }
    }

    /// <summary>Forgets a segment; its slot is free afterwards.</summary>
    public void Remove(Segment segment)
    {
        lock (_lock)
            Volatile.Write(ref _slots[segment.Slot], null);
    }

    // Slot 0 is none.
    private int FreeSlot()
    {
        var free = Array.IndexOf(_slots, null, 1);
        var slot = free > 0 ? free : _slots.Length;
        return slot < RecordLocation.MaxSlots ? slot : throw new InvalidOperationException($"A store has at most {RecordLocation.MaxSlots} segments.");
    }
}
