using System.Runtime.InteropServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Server;

/// <summary>Who waits for which block, by multihash: wants of one block form a chain. Under the engine's lock. What a flood made it grow to is given back.</summary>
internal sealed class WaitIndex
{
    private const int KeptCapacity = 4096;

    private readonly Dictionary<Multihash, Want> _heads = [];

    /// <summary>How many blocks are waited for.</summary>
    public int Count => _heads.Count;

    /// <summary>The first of those that wait for a block; the others follow by <see cref="Want.NextWaiter"/>.</summary>
    public Want? First(in Multihash hash) => _heads.GetValueOrDefault(hash);

    /// <summary>Adds a want that is not in it.</summary>
    public void Add(Want want)
    {
        want.IsIndexed = true;
        ref var head = ref CollectionsMarshal.GetValueRefOrAddDefault(_heads, want.Cid.Hash, out _);
        want.NextWaiter = head;
        if (head is not null)
            head.PreviousWaiter = want;
        head = want;
    }

    /// <summary>Takes a want out, if it is in it.</summary>
    public void Remove(Want want)
    {
        if (!want.IsIndexed)
            return;
        want.IsIndexed = false;
        if (want.NextWaiter is not null)
            want.NextWaiter.PreviousWaiter = want.PreviousWaiter;
        if (want.PreviousWaiter is not null)
            want.PreviousWaiter.NextWaiter = want.NextWaiter;
        else if (want.NextWaiter is not null)
            _heads[want.Cid.Hash] = want.NextWaiter;
        else
            _heads.Remove(want.Cid.Hash);
        want.NextWaiter = want.PreviousWaiter = null;
        if (_heads.Capacity > KeptCapacity && _heads.Count < _heads.Capacity / 4)
            _heads.TrimExcess(Math.Max(KeptCapacity / 2, _heads.Count * 2));
    }
}
