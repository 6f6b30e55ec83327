using IpfsKit.Ipld;

namespace IpfsKit.Storage;

/// <summary>Keeps what is added or read from being swept until its root is registered.</summary>
/// <remarks>
/// Whoever adds a DAG, or reads one in order to pin it, opens a lease, puts or reads its blocks through <see cref="Blocks"/>,
/// registers the root, and disposes the lease. Nothing that was put by anybody, or read, looked up or stamped through the lease, is
/// swept in an epoch that began before the lease was disposed. An open lease holds back the sweep of all garbage that is newer than it,
/// so it should last no longer than it must.
/// </remarks>
public sealed class StoreLease : IDisposable
{
    private readonly Action _close;
    private int _closed;

    internal StoreLease(IBlockStore blocks, Action close)
    {
        Blocks = blocks;
        _close = close;
    }

    /// <summary>The store, where looking a block up or reading it protects it too.</summary>
    public IBlockStore Blocks { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            _close();
    }
}
