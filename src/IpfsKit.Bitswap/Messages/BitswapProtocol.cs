namespace IpfsKit.Bitswap.Messages;

/// <summary>The ids of the protocol and what each version can say.</summary>
/// <remarks>Spec: <see href="https://specs.ipfs.tech/bitswap-protocol/"/>.</remarks>
internal static class BitswapProtocol
{
    /// <summary>The largest message that is accepted or sent.</summary>
    public const int MaxMessageBytes = 4 << 20;

    /// <summary>The longest CID that peers may send; <see cref="Multiformats.Cid.MaxBytes"/>, which is less, is what is understood. Others are ignored where they are.</summary>
    public const int MaxCidBytes = 168;

    /// <summary>The most entries of a wantlist in one message that are looked at.</summary>
    public const int MaxWantlistEntries = 8192;

    /// <summary>The most presences that are handed over at once.</summary>
    public const int MaxPresences = 1024;

    /// <summary>The longest part of a message that names a CID: an entry of a wantlist, a presence. Longer ones are ignored.</summary>
    public const int MaxEntryBytes = 1024;

    /// <summary>The longest prefix of a CID: four varints. A block with a longer one is ignored.</summary>
    public const int MaxPrefixBytes = 40;

    /// <summary>The most messages in succession that say nothing.</summary>
    public const int MaxEmptyMessages = 1024;

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

    /// <summary>The id of a version.</summary>
    public static string IdOf(BitswapVersion version) => Ids[BitswapVersion.V120 - version];

    /// <summary>Whether blocks come with the prefix of their CID.</summary>
    public static bool HasPrefixes(this BitswapVersion version) => version >= BitswapVersion.V110;

    /// <summary>Whether a peer can be asked whether it has a block, and says when it has not.</summary>
    public static bool HasPresences(this BitswapVersion version) => version >= BitswapVersion.V120;
}
