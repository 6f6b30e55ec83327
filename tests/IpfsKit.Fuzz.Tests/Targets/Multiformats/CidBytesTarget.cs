using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>A CID at the start of the input.</summary>
internal sealed class CidBytesTarget : IFuzzTarget
{
    public string Name => "cid-bytes";

    public IEnumerable<byte[]> Seeds => CidSeeds.All.Select(cid => cid.ToBytes());

    public FuzzOutcome Run(ReadOnlyMemory<byte> input) =>
        Cid.TryRead(input.Span, out _, out _) ? FuzzOutcome.Accepted
        : PassesHeader(input.Span) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;

    /// <summary>Version 0: code and length of its one hash. Version 1: the version and the codec.</summary>
    private static bool PassesHeader(ReadOnlySpan<byte> input) =>
        input.StartsWith([(byte)0x12, (byte)32]) || (input.StartsWith([(byte)1]) && Varint.TryRead(input[1..], out _, out _));

    /// <summary>The array of a digest that does not fit the value.</summary>
    public long GetAllowedBytes(int inputBytes) => inputBytes <= 36 ? 0 : 32 + Multihash.MaxDigestBytes;

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        Cid.TryRead(input.Span, out var cid, out var read);
        Assert.Equal(cid.ToBytes(), input[..read].ToArray());
        Assert.Equal(cid, Cid.Parse(cid.ToString()));
    }
}
