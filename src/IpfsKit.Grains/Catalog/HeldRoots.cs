using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;

namespace IpfsKit.Grains.Catalog;

/// <summary>Changes to the catalog by those who race: registrations of this silo, and content grains that tell it to drop a root.</summary>
/// <remarks>
/// While a registration is under way its row must not go, whoever asks: between the content grain's commit and the catalog's, the row is the only thing that keeps the blocks of a visible root after a crash.
/// A drop that meets a registration therefore hides the row instead; the registration's own end, or the reconciler after a crash, settles it. The lock only covers the
/// decision and the call; the catalog keeps the order of calls.
/// </remarks>
internal sealed class HeldRoots(IpfsNode node)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Cid, int> _registering = [];

    private SiloCatalog Catalog => node.Storage.Catalog;

    /// <summary>Begins a registration: its row is durable when this returns. Call <see cref="EndRegistration"/> in any case.</summary>
    public async Task BeginRegistrationAsync(CatalogRoot root, CancellationToken cancellationToken)
    {
        var key = root.Root.ToV1();
        Task pending;
        lock (_lock)
        {
            _registering[key] = _registering.GetValueOrDefault(key) + 1;
            pending = Catalog.UpsertRootAsync(root, cancellationToken);
        }

        try
        {
            await pending;
        }
        catch
        {
            EndRegistration(root.Root);
            throw;
        }
    }

    /// <summary>Records that the content grain has committed.</summary>
    public Task CommitAsync(Cid root, ContentRegistration registration, CancellationToken cancellationToken) =>
        Catalog.CommitRootAsync(root, registration.Epoch, registration.CommittedAt ?? default, registration.Pin.ToCatalog(), cancellationToken);

    /// <summary>Ends a registration, however it ended.</summary>
    public void EndRegistration(Cid root)
    {
        var key = root.ToV1();
        lock (_lock)
        {
            if (--_registering[key] == 0)
                _registering.Remove(key);
        }
    }

    /// <summary>Whether a registration of the root is under way.</summary>
    public bool IsRegistering(Cid root)
    {
        lock (_lock)
            return _registering.ContainsKey(root.ToV1());
    }

    /// <summary>Drops a life of a root.</summary>
    public Task DropAsync(Cid root, long epoch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _registering.ContainsKey(root.ToV1())
                ? Catalog.HideRootAsync(root, epoch, cancellationToken)
                : Catalog.RemoveRootAsync(root, epoch, cancellationToken);
        }
    }
}
