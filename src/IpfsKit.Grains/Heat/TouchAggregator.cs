using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Heat;

/// <summary>Counts the reads of this silo between two flushes, per root.</summary>
/// <remarks>
/// <para>The count sits on the path of every read, so it is one short critical section on a table that belongs to the current processor: a hot root is hot on all processors at once,
/// and striping by root would have them queue for one lock. <see cref="Drain"/> adds the stripes up.</para>
/// <para>Bounded: every stripe has a fixed table. A read that finds its neighbourhood full of other roots takes the place of one that was read once, or is itself
/// not counted; either way one touch is lost and counted in <see cref="Dropped"/>. Roots that are really hot therefore keep their place.</para>
/// </remarks>
internal sealed class TouchAggregator
{
    private const int ProbeLength = 8;
    private const int MaxStripes = 16;

    private readonly Stripe[] _stripes;
    private readonly int _stripeMask;
    private long _dropped;

    /// <summary>Makes room for about <paramref name="capacity"/> different roots per flush and processor.</summary>
    public TouchAggregator(int capacity = 2048)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var slots = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2);
        var stripes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MaxStripes));
        _stripes = new Stripe[stripes];
        for (var i = 0; i < stripes; i++)
            _stripes[i] = new Stripe(slots);
        _stripeMask = stripes - 1;
    }

    /// <summary>Touches that found no place, ever.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Counts one read of <paramref name="root"/> that served <paramref name="bytes"/> bytes. Takes well under 200 ns and allocates nothing.</summary>
    public void Record(in Cid root, long bytes)
    {
        var stripe = _stripes[Thread.GetCurrentProcessorId() & _stripeMask];
        var stored = root.Version == 0
            ? stripe.TryAdd(root.ToV1(), bytes)
            : stripe.TryAdd(root, bytes);
        if (!stored)
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Adds all counts since the last drain to <paramref name="totals"/> and starts over. One caller at a time; counting goes on meanwhile.</summary>
    /// <param name="totals">By root as CIDv1.</param>
    public void Drain(Dictionary<Cid, TouchCount> totals)
    {
        foreach (var stripe in _stripes)
            stripe.Drain(totals);
    }

    private struct Slot
    {
        public Cid Root;
        public long Count;
        public long Bytes;
    }

    private sealed class Stripe(int slots)
    {
        private readonly Lock _lock = new();
        private Slot[] _active = new Slot[slots];
        private Slot[] _drained = new Slot[slots];
        private bool _any;

        public bool TryAdd(in Cid root, long bytes)
        {
            var hash = root.Hash.GetHashCode();
            lock (_lock)
            {
                var table = _active;
                var mask = table.Length - 1;
                var single = -1;
                _any = true;
                for (var i = 0; i < ProbeLength; i++)
                {
                    var index = (hash + i) & mask;
                    ref var slot = ref table[index];
                    if (slot.Count == 0)
                    {
                        slot.Root = root;
                        slot.Count = 1;
                        slot.Bytes = bytes;
                        return true;
                    }

                    if (slot.Root == root)
                    {
                        slot.Count++;
                        slot.Bytes += bytes;
                        return true;
                    }

                    if (slot.Count == 1)
                        single = index;
                }

                if (single >= 0)
                    table[single] = new Slot { Root = root, Count = 1, Bytes = bytes };
                return false;
            }
        }

        public void Drain(Dictionary<Cid, TouchCount> totals)
        {
            Slot[] full;
            lock (_lock)
            {
                if (!_any)
                    return;
                full = _active;
                _active = _drained;
                _drained = full;
                _any = false;
            }

            foreach (ref var slot in full.AsSpan())
            {
                if (slot.Count == 0)
                    continue;
                ref var total = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(totals, slot.Root, out _);
                total = new TouchCount(total.Count + slot.Count, total.Bytes + slot.Bytes);
                slot = default;
            }
        }
    }
}
