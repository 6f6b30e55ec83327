using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>Bytes that are an address.</summary>
internal sealed class MultiaddrBytesTarget : IFuzzTarget
{
    public string Name => "multiaddr-bytes";

    public IEnumerable<byte[]> Seeds => MultiaddrSeeds.All.Select(address => address.ToBytes());

    public FuzzOutcome Run(ReadOnlyMemory<byte> input) =>
        Multiaddr.TryFromBytes(input.Span, out _) ? FuzzOutcome.Accepted
        : Varint.TryRead(input.Span, out var code, out _) && code <= uint.MaxValue && MultiaddrProtocol.TryGet((Multicodec)code, out _)
            ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;

    /// <summary>The copy, and the digests of certificate hashes.</summary>
    public long GetAllowedBytes(int inputBytes) => 64 + (4 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var address = Multiaddr.FromBytes(input.Span);
        Assert.Equal(address, Multiaddr.Parse(address.ToString()));
        var joined = default(Multiaddr);
        foreach (var component in address)
            joined = joined.Encapsulate(Multiaddr.FromBytes(component.Bytes));
        Assert.Equal(address, joined);
        address.TryGetPeerId(out _);
    }
}
