namespace IpfsKit.Multiformats;

/// <summary>How settled a row of the multicodec table is.</summary>
public enum MulticodecStatus
{
    /// <summary>May still change.</summary>
    Draft,

    /// <summary>Will not change.</summary>
    Permanent,

    /// <summary>Not to be used by anything new.</summary>
    Deprecated,
}
