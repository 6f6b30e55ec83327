using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>Text that is a CID.</summary>
internal sealed class CidTextTarget : IFuzzTarget
{
    public string Name => "cid-text";

    public IEnumerable<byte[]> Seeds => CidSeeds.All
        .SelectMany(cid => Enum.GetValues<MultibaseEncoding>().Select(cid.ToString)).Distinct()
        .Select(TextInput.ToBytes);

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input, stackalloc char[input.Length]);
        return Cid.TryParse(text, out _) ? FuzzOutcome.Accepted
            : text.Length > 1 && (text.StartsWith("Qm") || Multibase.IsSupported((MultibaseEncoding)text[0])) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }

    /// <summary>The array of a digest that does not fit the value.</summary>
    public long GetAllowedBytes(int inputBytes) => 32 + Multihash.MaxDigestBytes;

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input);
        var cid = Cid.Parse(text);
        // Nothing but the case of letters may differ.
        Assert.Equal(cid.Version == 0 ? cid.ToString() : cid.ToString((MultibaseEncoding)text[0]), text, ignoreCase: cid.Version != 0);
    }
}
