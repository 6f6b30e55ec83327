using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets;

/// <summary>Every decoder that sees foreign bytes.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new VarintTarget(),
        new MultihashTarget(),
        new CidBytesTarget(),
        new CidTextTarget(),
        new MultibaseTarget(),
        new PeerIdBytesTarget(),
        new PeerIdTextTarget(),
        new MultiaddrBytesTarget(),
        new MultiaddrTextTarget(),
    ];
}
