using System.Buffers.Binary;
using System.IO.Hashing;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments;

/// <summary>The secrets of one store, from which fingerprints and checksums are computed.</summary>
/// <remarks>
/// They are random and never leave the data directory. Because nobody outside knows them, nobody can choose content whose fingerprints
/// collide (which would slow the index down) or whose payload looks like a record of the store (which would confuse recovery).
/// </remarks>
/// <param name="FingerprintSeed">Seed of the fingerprints in the index.</param>
/// <param name="ChecksumSeed">Seed of the checksums of records.</param>
/// <param name="FingerprintMask">Which bits of a fingerprint count; fewer only in tests of collisions.</param>
internal sealed record StoreKeys(long FingerprintSeed, long ChecksumSeed, ulong FingerprintMask = ulong.MaxValue)
{
    /// <summary>The encoded form and fingerprint of a multihash; <paramref name="buffer"/> has at least <see cref="Multihash.MaxBytes"/> bytes and outlives the key.</summary>
    public StoreKey Key(in Multihash hash, Span<byte> buffer)
    {
        var bytes = buffer[..hash.WriteBytes(buffer)];
        return new StoreKey(bytes, Fingerprint(bytes));
    }

    /// <summary>The fingerprint of an encoded multihash.</summary>
    public ulong Fingerprint(ReadOnlySpan<byte> multihash) => XxHash3.HashToUInt64(multihash, FingerprintSeed) & FingerprintMask;

    /// <summary>The fingerprint of a multihash.</summary>
    public ulong Fingerprint(in Multihash hash) => Key(hash, stackalloc byte[Multihash.MaxBytes]).Fingerprint;

    /// <summary>The checksum of a payload.</summary>
    public ulong PayloadChecksum(ReadOnlySpan<byte> payload) => XxHash3.HashToUInt64(payload, ChecksumSeed);

    /// <summary>The checksum of a header, which holds only at its place in its segment.</summary>
    public ulong HeaderChecksum(ReadOnlySpan<byte> header, long segmentId, long offset)
    {
        Span<byte> place = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(place, segmentId);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], offset);
        return XxHash3.HashToUInt64(header, (long)XxHash3.HashToUInt64(place, ChecksumSeed));
    }
}

/// <summary>A key on its way through the index: its encoded form and fingerprint.</summary>
internal readonly ref struct StoreKey(ReadOnlySpan<byte> bytes, ulong fingerprint)
{
    /// <summary>The encoded multihash.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Its fingerprint.</summary>
    public ulong Fingerprint { get; } = fingerprint;
}
