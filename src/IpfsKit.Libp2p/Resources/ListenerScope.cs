namespace IpfsKit.Libp2p.Resources;

/// <summary>The socket of a listener, which counts against the system. Disposed when it listens no longer.</summary>
internal sealed class ListenerScope(ResourceManager manager, int descriptors) : IDisposable
{
    private int _left = descriptors;

    /// <summary>The listener has ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 0) is > 0 and var taken)
            manager.System.RemoveDescriptors(taken);
    }
}
