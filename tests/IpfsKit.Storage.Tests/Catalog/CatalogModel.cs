using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;

namespace IpfsKit.Storage.Tests.Catalog;

/// <summary>What a catalog should do, in two dictionaries.</summary>
internal sealed class CatalogModel
{
    private readonly SortedDictionary<Cid, CatalogRoot> _roots = new(Comparer<Cid>.Create(CatalogSamples.CompareKeys));
    private readonly SortedDictionary<Cid, CatalogPin> _pins = new(Comparer<Cid>.Create(CatalogSamples.CompareKeys));

    public CatalogStatistics Statistics => new()
    {
        CommittedRoots = _roots.Values.Count(root => root.Committed),
        PendingRoots = _roots.Values.Count(root => !root.Committed),
        RecursivePins = _pins.Values.Count(pin => pin.Mode == CatalogPinMode.Recursive),
        DirectPins = _pins.Values.Count(pin => pin.Mode == CatalogPinMode.Direct),
        CommittedBytes = _roots.Values.Where(root => root.Committed).Sum(root => root.SizeBytes),
    };

    public CatalogRoot Upsert(CatalogRoot root)
    {
        var key = root.Root.ToV1();
        if (!_roots.TryGetValue(key, out var known))
        {
            _roots.Add(key, root);
            if (root.Pin is not null)
                _pins[key] = root.Pin;
            return root;
        }

        var next = known;
        var wins = root.Committed && root.Revision >= known.Revision;
        var takesSizes = root.WholeDag && !known.WholeDag;
        takesSizes |= root.WholeDag == known.WholeDag && (wins || !known.Committed);
        if (takesSizes)
            next = next with { SizeBytes = root.SizeBytes, DagBytes = root.DagBytes, Blocks = root.Blocks, WholeDag = root.WholeDag };
        if (!known.Committed)
            next = next with { HeldSince = root.HeldSince };
        if (wins)
        {
            next = next with { Committed = true, Epoch = root.Epoch, Revision = root.Revision, CommittedAt = root.CommittedAt };
            SetPin(key, root.Pin);
        }

        _roots[key] = next;
        return View(key);
    }

    public bool Commit(Cid root, long epoch, long revision, DateTimeOffset at, CatalogPin? pin)
    {
        if (!IsAtMost(root, revision, out var known))
            return false;
        _roots[root.ToV1()] = known with { Committed = true, Epoch = epoch, Revision = revision, CommittedAt = at };
        SetPin(root.ToV1(), pin);
        return true;
    }

    public bool Hide(Cid root, long revision)
    {
        if (!IsAtMost(root, revision, out var known))
            return false;
        _roots[root.ToV1()] = known with { Committed = false, Revision = revision, CommittedAt = null };
        _pins.Remove(root.ToV1());
        return true;
    }

    public bool Remove(Cid root, long revision)
    {
        if (!IsAtMost(root, revision, out _))
            return false;
        _pins.Remove(root.ToV1());
        return _roots.Remove(root.ToV1());
    }

    public bool Pin(CatalogPin pin, long? epoch)
    {
        if (!IsLife(pin.Cid, epoch))
            return false;
        _pins[pin.Cid.ToV1()] = pin;
        return true;
    }

    public bool Unpin(Cid cid, long? epoch) => IsLife(cid, epoch) && _pins.Remove(cid.ToV1());

    public int Heat(Cid root, CatalogHeat heat)
    {
        if (!_roots.TryGetValue(root.ToV1(), out var known))
            return 0;
        _roots[root.ToV1()] = known with { Heat = heat };
        return 1;
    }

    public CatalogRoot? Find(Cid root) => _roots.ContainsKey(root.ToV1()) ? View(root.ToV1()) : null;

    public IEnumerable<CatalogRoot> List(CatalogFilter filter) => _roots.Keys.Select(View).Where(root => filter switch
    {
        CatalogFilter.Committed => root.Committed,
        CatalogFilter.Pending => !root.Committed,
        CatalogFilter.Pinned => root is { Committed: true, Pin: not null },
        _ => true,
    });

    public IEnumerable<CatalogPin> ListPins() => _pins.Values;

    public HashSet<LiveRoot> Live() =>
    [
        .. _roots.Select(entry => new LiveRoot(entry.Key, entry.Value.WholeDag)),
        .. _pins.Select(entry => new LiveRoot(entry.Key, entry.Value.Mode == CatalogPinMode.Recursive)),
    ];

    private CatalogRoot View(Cid key) => _roots[key] with { Pin = _pins.GetValueOrDefault(key) };

    private bool IsAtMost(Cid root, long revision, out CatalogRoot known) => _roots.TryGetValue(root.ToV1(), out known!) && known.Revision <= revision;

    private bool IsLife(Cid cid, long? epoch) =>
        epoch is null || (_roots.TryGetValue(cid.ToV1(), out var root) && root.Committed && root.Epoch == epoch);

    private void SetPin(Cid key, CatalogPin? pin)
    {
        if (pin is null)
            _pins.Remove(key);
        else
            _pins[key] = pin;
    }
}
