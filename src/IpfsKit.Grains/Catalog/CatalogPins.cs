using System.Diagnostics.CodeAnalysis;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;

namespace IpfsKit.Grains.Catalog;

/// <summary>Pins as the catalog has them, and as callers see them.</summary>
internal static class CatalogPins
{
    /// <summary>For the catalog.</summary>
    [return: NotNullIfNotNull(nameof(pin))]
    public static CatalogPin? ToCatalog(this PinInfo? pin) => pin is null ? null : new CatalogPin
    {
        Cid = pin.Cid.ToV1(),
        Mode = pin.Mode == PinMode.Recursive ? CatalogPinMode.Recursive : CatalogPinMode.Direct,
        Name = pin.Name,
        PinnedAt = pin.PinnedAt,
    };

    /// <summary>For callers, in the form of the CID that its root has.</summary>
    public static PinInfo ToInfo(this CatalogPin pin, Cid root) => new() { Cid = root, Mode = ToMode(pin.Mode), Name = pin.Name, PinnedAt = pin.PinnedAt };

    /// <summary>The mode for callers.</summary>
    public static PinMode ToMode(CatalogPinMode mode) => mode == CatalogPinMode.Recursive ? PinMode.Recursive : PinMode.Direct;
}
