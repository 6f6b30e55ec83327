using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>Text that is a peer id, in either form.</summary>
internal sealed class PeerIdTextTarget : IFuzzTarget
{
    public string Name => "peerid-text";

    public IEnumerable<byte[]> Seeds => PeerIdSeeds.All
        .SelectMany(peerId => new[] { peerId.ToString(), peerId.ToCid().ToString(), peerId.ToCid().ToString(MultibaseEncoding.Base36) })
        .Select(TextInput.ToBytes);

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input, stackalloc char[input.Length]);
        return PeerId.TryParse(text, out _) ? FuzzOutcome.Accepted
            : !text.IsEmpty && (text[0] is '1' or 'Q' || Multibase.IsSupported((MultibaseEncoding)text[0])) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }

    /// <summary>The value's array, and the CID's.</summary>
    public long GetAllowedBytes(int inputBytes) => 64 + PeerId.MaxBytes + Multihash.MaxDigestBytes;

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input);
        var peerId = PeerId.Parse(text);
        var isCid = text[0] is not ('1' or 'Q');
        Assert.Equal(isCid ? peerId.ToCid().ToString((MultibaseEncoding)text[0]) : peerId.ToString(), text, ignoreCase: isCid);
    }
}
