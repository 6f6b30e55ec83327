using IpfsKit.Grains.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>What this silo had to get from others since it started. All members may be called concurrently.</summary>
internal sealed class RetrievalCounters(Siblings siblings, NodeInstruments instruments)
{
    private long _misses;
    private long _handled;
    private long _failed;
    private long _blocks;
    private long _bytes;
    private long _clusterBytes;
    private long _ticks;
    private long _searches;
    private long _found;
    private long _foundNobody;

    /// <summary>Something is not all here.</summary>
    public void AddMiss() => Interlocked.Increment(ref _misses);

    /// <summary>Somebody was looked for.</summary>
    public void AddSearch(int found)
    {
        Interlocked.Increment(ref _searches);
        AddFound(found);
    }

    /// <summary>A search that goes on has found more.</summary>
    public void AddFound(int found) => Interlocked.Add(ref _found, found);

    /// <summary>There was nobody to ask.</summary>
    public void AddNobody() => Interlocked.Increment(ref _foundNobody);

    /// <summary>A block came.</summary>
    public void AddBlock(PeerId peer, int bytes)
    {
        var isSibling = siblings.Contains(peer);
        Interlocked.Increment(ref _blocks);
        Interlocked.Add(ref _bytes, bytes);
        if (isSibling)
            Interlocked.Add(ref _clusterBytes, bytes);
        instruments.AddRetrieved(bytes, isSibling);
    }

    /// <summary>A miss has ended.</summary>
    /// <param name="wasHandled">Whether everything came that was asked for.</param>
    /// <param name="time">From the miss to the last block.</param>
    public void End(bool wasHandled, TimeSpan time)
    {
        Interlocked.Increment(ref wasHandled ? ref _handled : ref _failed);
        if (wasHandled)
            Interlocked.Add(ref _ticks, time.Ticks);
        instruments.AddMiss(wasHandled, time);
    }

    /// <summary>The numbers now.</summary>
    public RetrievalStats Snapshot() => new()
    {
        CacheMisses = Volatile.Read(ref _misses),
        CacheMissesHandled = Volatile.Read(ref _handled),
        CacheMissesFailed = Volatile.Read(ref _failed),
        BlocksRetrieved = Volatile.Read(ref _blocks),
        TotalBytesRetrieved = Volatile.Read(ref _bytes),
        BytesFromCluster = Volatile.Read(ref _clusterBytes),
        TotalRetrieveTime = new TimeSpan(Volatile.Read(ref _ticks)),
        Discovery = new DiscoveryStats
        {
            Searches = Volatile.Read(ref _searches),
            ProvidersFound = Volatile.Read(ref _found),
            FailedDiscoveries = Volatile.Read(ref _foundNobody),
        },
    };
}
