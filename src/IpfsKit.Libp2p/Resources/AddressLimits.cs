namespace IpfsKit.Libp2p.Resources;

/// <summary>The most connections of an address.</summary>
internal readonly record struct AddressLimits(int PerIPv4, int PerIPv6Prefix56, int PerIPv6Prefix48);
