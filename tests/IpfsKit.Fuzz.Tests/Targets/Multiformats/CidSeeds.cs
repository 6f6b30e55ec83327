using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>CIDs of every shape.</summary>
internal static class CidSeeds
{
    public static IReadOnlyList<Cid> All { get; } =
    [
        Cid.CreateV0(MultihashAlgorithm.Compute(Multicodec.Sha2_256, "seed"u8)),
        Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, "seed"u8)),
        Cid.CreateV1(Multicodec.Raw, MultihashAlgorithm.Compute(Multicodec.Identity, "seed"u8)),
        Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Identity, [])),
        Cid.CreateV1(Multicodec.DagJson, MultihashAlgorithm.Compute(Multicodec.Sha2_512, "seed"u8)),
        Cid.CreateV1(Multicodec.DagCbor, MultihashAlgorithm.Compute(Multicodec.Blake2b_256, "seed"u8)),
        Cid.CreateV1((Multicodec)uint.MaxValue, new Multihash((Multicodec)uint.MaxValue, new byte[Multihash.MaxDigestBytes])),
    ];
}
