namespace IpfsKit.Libp2p.Resources;

/// <summary>What one buffer that changes its size, or is not there, has of a budget. Not thread-safe.</summary>
internal struct BufferReservation(IMemoryBudget memory)
{
    /// <summary>The bytes that are reserved.</summary>
    public int Bytes { get; private set; }

    /// <summary>Reserves what a larger buffer takes more, or gives back what a smaller one does not need.</summary>
    /// <returns>False if there is not as much; nothing has changed then.</returns>
    public bool TryResize(int bytes, MemoryPriority priority)
    {
        if (bytes > Bytes && !memory.TryReserve(bytes - Bytes, priority))
            return false;
        if (bytes < Bytes)
            memory.Release(Bytes - bytes);
        Bytes = bytes;
        return true;
    }

    /// <summary>Gives all of it back.</summary>
    public void Release() => TryResize(0, MemoryPriority.Always);
}
