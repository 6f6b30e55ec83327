namespace IpfsKit.Bitswap.Server;

/// <summary>What a want is answered with.</summary>
internal enum WantAnswer : byte
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>The block.</summary>
    Block,

    /// <summary>That it is here.</summary>
    Have,

    /// <summary>That it is not.</summary>
    DontHave,
}
