namespace IpfsKit.Multiformats;

/// <summary>How reading a varint ended.</summary>
public enum VarintStatus
{
    /// <summary>A canonical varint was read.</summary>
    Done,

    /// <summary>Every byte so far says that another follows.</summary>
    NeedMoreData,

    /// <summary>The value has a shorter encoding.</summary>
    NotCanonical,

    /// <summary>The encoding is longer than <see cref="Varint.MaxBytes"/>.</summary>
    TooLong,
}
