namespace IpfsKit.Libp2p.Tests.Identities;

/// <summary>The test vectors of https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#test-vectors.</summary>
internal static class SpecKeys
{
    public const string Ed25519Private =
        "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

    public const string Ed25519Public = "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

    public const string Secp256k1Public = "08021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99";

    public const string Secp256k1Private = "0802122053DADF1D5A164D6B4ACDB15E24AA4C5B1D3461BDBD42ABEDB0A4404D56CED8FB";

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
