namespace IpfsKit.Storage;

/// <summary>Says which block was found damaged.</summary>
public sealed class BlockDamagedEventArgs(DamagedBlock block) : EventArgs
{
    /// <summary>The block.</summary>
    public DamagedBlock Block { get; } = block;
}
