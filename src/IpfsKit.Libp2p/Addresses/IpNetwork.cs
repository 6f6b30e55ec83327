using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>A network in CIDR form, such as <c>10.0.0.0/8</c>. IPv4 addresses that are written as IPv6 ones count as IPv4. The default contains nothing.</summary>
internal readonly record struct IpNetwork
{
    private readonly UInt128 _prefix;
    private readonly byte _length;
    private readonly AddressFamily _family;

    /// <summary>The network of an address; bits behind the prefix are ignored.</summary>
    public IpNetwork(IPAddress address, int prefixLength)
    {
        (_prefix, _family) = Bits(address);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, Width(_family));
        _length = (byte)prefixLength;
        _prefix &= Mask(_length);
    }

    /// <summary>Reads <c>10.0.0.0/8</c>, <c>10.1.2.3</c> (a single address) or <c>/ip4/10.0.0.0/ipcidr/8</c>.</summary>
    public static bool TryParse(string? text, out IpNetwork network)
    {
        network = default;
        if (string.IsNullOrEmpty(text))
            return false;
        if (text[0] == '/')
            return Multiaddr.TryParse(text, out var address) && TryFrom(address, out network);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var ip))
            return false;
        var width = Width(Bits(ip).Family);
        var length = width;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > width))
            return false;
        network = new IpNetwork(ip, length);
        return true;
    }

    /// <summary>Whether an address is in it.</summary>
    public bool Contains(IPAddress address)
    {
        var (bits, family) = Bits(address);
        return family == _family && (bits & Mask(_length)) == _prefix;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_family == default)
            return "none";
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _prefix);
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes[..(Width(_family) / 8)])}/{_length}");
    }

    private static bool TryFrom(Multiaddr address, out IpNetwork network)
    {
        network = default;
        if (address.GetIPAddress() is not { } ip)
            return false;
        var length = address.TryGet(Multicodec.Ipcidr, out var cidr) ? cidr.ValueBytes[0] : Width(Bits(ip).Family);
        if (length > Width(Bits(ip).Family))
            return false;
        network = new IpNetwork(ip, length);
        return true;
    }

    private static int Width(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;

    // The bits begin at the top for both families, so that one mask serves both.
    private static (UInt128 Bits, AddressFamily Family) Bits(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        return (BinaryPrimitives.ReadUInt128BigEndian(bytes), address.AddressFamily);
    }

    private static UInt128 Mask(int length) => length == 0 ? 0 : UInt128.MaxValue << (128 - length);
}
