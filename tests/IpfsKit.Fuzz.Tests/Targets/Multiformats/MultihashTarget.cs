using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>A multihash at the start of the input.</summary>
internal sealed class MultihashTarget : IFuzzTarget
{
    public string Name => "multihash";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[] { Multicodec.Identity, Multicodec.Sha1, Multicodec.Sha2_256, Multicodec.Sha2_512, Multicodec.Blake2b_256, Multicodec.Murmur3X64_64 }
            .Select(code => MultihashAlgorithm.Compute(code, "seed"u8).ToBytes()),
        new Multihash(Multicodec.Identity, new byte[Multihash.MaxDigestBytes]).ToBytes(),
        new Multihash((Multicodec)uint.MaxValue, []).ToBytes(),
    ];

    public FuzzOutcome Run(ReadOnlyMemory<byte> input) =>
        Multihash.TryRead(input.Span, out _, out _) ? FuzzOutcome.Accepted
        : PassesHeader(input.Span) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;

    /// <summary>The code, and a length that the digest has.</summary>
    private static bool PassesHeader(ReadOnlySpan<byte> input) =>
        Varint.TryRead(input, out _, out var read) && Varint.TryRead(input[read..], out var length, out var more)
        && length <= (ulong)(input.Length - read - more);

    /// <summary>The array of a digest that does not fit the value.</summary>
    public long GetAllowedBytes(int inputBytes) => inputBytes <= 32 ? 0 : 32 + Multihash.MaxDigestBytes;

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        Multihash.TryRead(input.Span, out var multihash, out var read);
        Assert.Equal(multihash.ToBytes(), input[..read].ToArray());
        Assert.Equal(multihash, Multihash.FromBytes(multihash.ToBytes()));
    }
}
