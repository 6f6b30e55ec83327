namespace IpfsKit.Bitswap.Server;

/// <summary>Wants in an order, any of which can be taken out or moved in O(log n): each knows its place. Allocates only to grow, and gives its array back when it is empty.</summary>
internal sealed class WantHeap<TOrder>
    where TOrder : struct, IWantOrder
{
    private const int KeptSlots = 16;

    private Want[] _items = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first; there must be one.</summary>
    public Want First => _items[0];

    /// <summary>Adds a want that is in no heap of this order.</summary>
    public void Add(Want want)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Math.Max(KeptSlots, Count * 2));
        Rise(Count++, want);
    }

    /// <summary>Takes the first out; there must be one.</summary>
    public Want Pop()
    {
        var first = _items[0];
        Remove(first);
        return first;
    }

    /// <summary>Takes a want out that is in this heap.</summary>
    public void Remove(Want want)
    {
        var slot = TOrder.Slot(want);
        TOrder.Slot(want) = -1;
        var last = _items[--Count];
        _items[Count] = null!;
        if (!ReferenceEquals(last, want))
            Place(slot, last);
        if (Count == 0 && _items.Length > KeptSlots)
            _items = [];
    }

    /// <summary>Puts a want of this heap where it belongs after it has changed.</summary>
    public void Update(Want want) => Place(TOrder.Slot(want), want);

    private void Place(int slot, Want want)
    {
        if (slot > 0 && TOrder.IsBefore(want, _items[(slot - 1) / 2]))
            Rise(slot, want);
        else
            Sink(slot, want);
    }

    private void Rise(int slot, Want want)
    {
        while (slot > 0)
        {
            var parent = (slot - 1) / 2;
            if (!TOrder.IsBefore(want, _items[parent]))
                break;
            Set(slot, _items[parent]);
            slot = parent;
        }

        Set(slot, want);
    }

    private void Sink(int slot, Want want)
    {
        while (true)
        {
            var child = (2 * slot) + 1;
            if (child >= Count)
                break;
            if (child + 1 < Count && TOrder.IsBefore(_items[child + 1], _items[child]))
                child++;
            if (!TOrder.IsBefore(_items[child], want))
                break;
            Set(slot, _items[child]);
            slot = child;
        }

        Set(slot, want);
    }

    private void Set(int slot, Want want)
    {
        _items[slot] = want;
        TOrder.Slot(want) = slot;
    }
}
