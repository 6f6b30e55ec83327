namespace IpfsKit.Ipld.Car;

/// <summary>What a <see cref="CarReader"/> accepts.</summary>
public sealed record CarReaderOptions
{
    /// <summary>The most that <see cref="MaxBlockBytes"/> may be: 8 MiB, the largest section that other readers take.</summary>
    public const int GreatestBlockBytes = 8 << 20;

    /// <summary>The most that <see cref="MaxHeaderBytes"/> may be: 32 MiB, as in other readers.</summary>
    public const int GreatestHeaderBytes = 32 << 20;

    /// <summary>The defaults.</summary>
    public static CarReaderOptions Default { get; } = new();

    /// <summary>The largest header, in bytes. A root takes about 41.</summary>
    /// <value>1 to <see cref="GreatestHeaderBytes"/>; default 1 MiB.</value>
    public int MaxHeaderBytes { get; init; } = 1 << 20;

    /// <summary>The largest block, in bytes.</summary>
    /// <value>1 to <see cref="GreatestBlockBytes"/>; default <see cref="BlockLimits.MaxBlockBytes"/>.</value>
    public int MaxBlockBytes { get; init; } = BlockLimits.MaxBlockBytes;

    /// <summary>Whether blocks are hashed as they are read; otherwise they come unverified, for a caller who verifies them in parallel.</summary>
    /// <value>Default true.</value>
    public bool Verify { get; init; } = true;

    /// <summary>Whether a section of length zero ends the CAR, as in archives that are padded to a size; otherwise it is an error.</summary>
    /// <value>Default false.</value>
    public bool ZeroLengthSectionEnds { get; init; }

    /// <summary>Whether the stream stays open when the reader is disposed.</summary>
    /// <value>Default false.</value>
    public bool LeaveOpen { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHeaderBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxHeaderBytes, GreatestHeaderBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBlockBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxBlockBytes, GreatestBlockBytes);
    }
}
