using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>Addresses that are not told to others.</summary>
internal sealed class AddressFilter
{
    private readonly IpNetwork[] _networks;
    private readonly HashSet<Multiaddr> _addresses;

    /// <param name="entries">Multiaddrs and networks; checked before.</param>
    public AddressFilter(IEnumerable<string> entries)
    {
        var texts = entries.ToArray();
        _networks = [.. texts.Where(IsNetwork).Select(text => IpNetwork.TryParse(text, out var network) ? network : default)];
        _addresses = [.. texts.Where(text => !IsNetwork(text)).Select(Multiaddr.Parse)];
    }

    /// <summary>Whether a text can be an entry.</summary>
    public static bool IsValid(string text) => IsNetwork(text) ? IpNetwork.TryParse(text, out _) : Multiaddr.TryParse(text, out _);

    /// <summary>Whether the address is among them.</summary>
    public bool Matches(Multiaddr address) =>
        _addresses.Contains(address) || (address.GetIPAddress() is { } ip && Array.Exists(_networks, network => network.Contains(ip)));

    private static bool IsNetwork(string text) => !text.StartsWith('/') || text.Contains("/ipcidr/", StringComparison.Ordinal);
}
