using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments.Writing;

/// <summary>One thing to write.</summary>
/// <param name="Kind">What.</param>
/// <param name="Hash">The block's key.</param>
/// <param name="Fingerprint">The key's fingerprint.</param>
/// <param name="Payload">The block's bytes; borrowed until the request completes.</param>
/// <param name="PayloadChecksum">Their checksum, computed by the caller's thread.</param>
/// <param name="Expected">Where the index must point, for sweeps and moves.</param>
/// <param name="Epoch">Sweeps: the epoch in which it was decided.</param>
internal readonly record struct WriteItem(
    WriteKind Kind, Multihash Hash, ulong Fingerprint, ReadOnlyMemory<byte> Payload = default, ulong PayloadChecksum = 0,
    RecordLocation Expected = default, long Epoch = 0)
{
    /// <summary>The length of the record, if one is written.</summary>
    public long RecordBytes => RecordHeader.SizeOf(Hash.ByteCount, Payload.Length);
}
