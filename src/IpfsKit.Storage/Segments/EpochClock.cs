namespace IpfsKit.Storage.Segments;

/// <summary>Counts liveness epochs and packs them into the stamps of index entries.</summary>
/// <remarks>
/// <code>
/// | epoch modulo 31, plus 1: 5 bits | scanned as dag-pb, dag-cbor, dag-json: 3 bits |
/// </code>
/// An entry is stamped with the current epoch when it is put, found by a put, or marked. Only the last 31 epochs can be told apart, so
/// beginning an epoch first moves entries of the epoch that would be mistaken for the new one up by one, which only keeps them longer.
/// </remarks>
internal sealed class EpochClock
{
    /// <summary>The stamp of an entry that is being deleted.</summary>
    public const byte Doomed = 0;

    private const int Modulus = 31;
    private const int EpochShift = 3;
    private const byte ScannedMask = 7;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, int> _leases = [];
    private long _current = 1;
    private long _sweepLimit = 1;

    /// <summary>The epoch that puts are stamped with.</summary>
    public long Current => Volatile.Read(ref _current);

    /// <summary>The stamp of the current epoch, not scanned.</summary>
    public byte CurrentStamp => Encode(Current);

    /// <summary>The stamp of the oldest epoch that can be told apart.</summary>
    public byte OldestStamp => Encode(Math.Max(0, Current - Modulus + 1));

    /// <summary>Entries of epochs below this one may be swept in the current epoch.</summary>
    public long SweepLimit
    {
        get
        {
            lock (_lock)
                return _sweepLimit;
        }
    }

    /// <summary>How many leases are open.</summary>
    public int OpenLeases
    {
        get
        {
            lock (_lock)
                return _leases.Values.Sum();
        }
    }

    /// <summary>Opens a lease: nothing stamped from now on is swept in any epoch that begins before it is closed.</summary>
    public long OpenLease()
    {
        lock (_lock)
        {
            var epoch = _current;
            _leases[epoch] = _leases.GetValueOrDefault(epoch) + 1;
            return epoch;
        }
    }

    /// <summary>Closes a lease.</summary>
    public void CloseLease(long epoch)
    {
        lock (_lock)
        {
            if (--_leases[epoch] == 0)
                _leases.Remove(epoch);
        }
    }

    /// <summary>Begins an epoch; its sweep spares what leases that are open now protect, even if they close before it.</summary>
    public long Begin(StoreIndex index)
    {
        long next;
        lock (_lock)
            next = _current + 1;
        var mistaken = Encode(next);
        var instead = Encode(next + 1);
        index.ForEach((ref IndexEntry entry) =>
        {
            if ((entry.Stamp & ~ScannedMask) == mistaken)
                entry.Stamp = instead;
        });
        lock (_lock)
        {
            _current = next;
            var oldestLease = _leases.Count == 0 ? long.MaxValue : _leases.Keys.First();
            _sweepLimit = Math.Min(next, Math.Max(oldestLease, next - Modulus + 1));
            return next;
        }
    }

    /// <summary>The epoch of a stamp that is not <see cref="Doomed"/>.</summary>
    public long EpochOf(byte stamp)
    {
        var current = Current;
        var age = (((current % Modulus) + 1) - (stamp >> EpochShift) + Modulus) % Modulus;
        return current - age;
    }

    /// <summary>The stamp of the current epoch with the scanned bits that an older stamp has of this epoch.</summary>
    public byte Renew(byte stamp)
    {
        var renewed = CurrentStamp;
        return (stamp & ~ScannedMask) == renewed ? stamp : renewed;
    }

    private static byte Encode(long epoch) => (byte)(((epoch % Modulus) + 1) << EpochShift);
}
