namespace IpfsKit.Grains.DataPlane;

/// <summary>Lets so many in at once and turns others away at once: whoever waits in a line here would better ask another silo.</summary>
internal sealed class ConcurrencyGate(int limit)
{
    private int _inside;

    /// <summary>How many are inside.</summary>
    public int Count => Volatile.Read(ref _inside);

    /// <summary>Enters; dispose the lease to leave. Null if it is full.</summary>
    public Lease? TryEnter()
    {
        if (Interlocked.Increment(ref _inside) <= limit)
            return new Lease(this);
        Interlocked.Decrement(ref _inside);
        return null;
    }

    /// <summary>A place inside.</summary>
    internal sealed class Lease(ConcurrencyGate gate) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                Interlocked.Decrement(ref gate._inside);
        }
    }
}
