namespace IpfsKit.Client;

/// <summary>How far a transfer is.</summary>
/// <param name="Bytes">Bytes transferred so far; an attempt that is repeated starts again from 0.</param>
/// <param name="TotalBytes">All there are, where that is known.</param>
/// <param name="Files">Files finished so far.</param>
/// <param name="TotalFiles">All there are, where that is known.</param>
public readonly record struct TransferProgress(long Bytes, long? TotalBytes = null, long Files = 0, long? TotalFiles = null);
