using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>Text that is an address.</summary>
internal sealed class MultiaddrTextTarget : IFuzzTarget
{
    public string Name => "multiaddr-text";

    public IEnumerable<byte[]> Seeds => MultiaddrSeeds.All.Select(address => TextInput.ToBytes(address.ToString()));

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input, stackalloc char[input.Length]);
        return Multiaddr.TryParse(text, out _) ? FuzzOutcome.Accepted
            : text.StartsWith("/") && MultiaddrProtocol.TryGet(FirstName(text), out _) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }

    /// <summary>The bytes, and the values of peers and certificate hashes.</summary>
    public long GetAllowedBytes(int inputBytes) => 64 + (8 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var address = Multiaddr.Parse(TextInput.Read(input));
        Assert.Equal(address, Multiaddr.Parse(address.ToString()));
        Assert.Equal(address, Multiaddr.FromBytes(address.Bytes));
    }

    private static ReadOnlySpan<char> FirstName(ReadOnlySpan<char> text)
    {
        var end = text[1..].IndexOf('/');
        return end < 0 ? text[1..] : text.Slice(1, end);
    }
}
