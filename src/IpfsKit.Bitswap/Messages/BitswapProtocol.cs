namespace IpfsKit.Bitswap.Messages;

/// <summary>The ids of the protocol and what each version can say.</summary>
/// <remarks>Spec: <see href="https://specs.ipfs.tech/bitswap-protocol/"/>.</remarks>
internal static class BitswapProtocol
{
    /// <summary>The largest message that is accepted or sent.</summary>
    public const int MaxMessageBytes = 4 << 20;

    /// <summary>The longest CID in a wantlist.</summary>
    public const int MaxCidBytes = 168;

    /// <summary>The ids, the best first.</summary>
    public static IReadOnlyList<string> Ids { get; } = ["/ipfs/bitswap/1.2.0", "/ipfs/bitswap/1.1.0", "/ipfs/bitswap/1.0.0", "/ipfs/bitswap"];

    /// <summary>The version that an id names; null if it is none of bitswap.</summary>
    public static BitswapVersion? VersionOf(string protocol) => protocol switch
    {
        "/ipfs/bitswap/1.2.0" => BitswapVersion.V120,
        "/ipfs/bitswap/1.1.0" => BitswapVersion.V110,
        "/ipfs/bitswap/1.0.0" => BitswapVersion.V100,
        "/ipfs/bitswap" => BitswapVersion.Unversioned,
        _ => null,
    };

    /// <summary>Whether blocks come with the prefix of their CID.</summary>
    public static bool HasPrefixes(this BitswapVersion version) => version >= BitswapVersion.V110;

    /// <summary>Whether a peer can be asked whether it has a block, and says when it has not.</summary>
    public static bool HasPresences(this BitswapVersion version) => version >= BitswapVersion.V120;
}
