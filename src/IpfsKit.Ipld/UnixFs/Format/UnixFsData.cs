using System.Buffers;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>The message inside the data of a dag-pb node that makes it a UnixFS node.</summary>
/// <remarks>
/// <code>
/// Type = 1 varint           mandatory
/// Data = 2 bytes            content of a file, target of a symlink, bitfield of a shard
/// filesize = 3 varint       files: length of Data plus all blocksizes
/// blocksizes = 4 varint*    files: bytes under each link
/// hashType = 5, fanout = 6  shards
/// mode = 7 varint           optional
/// mtime = 8 { Seconds = 1 int64, FractionalNanoseconds = 2 fixed32 }   optional
/// </code>
/// Spec: <see href="https://specs.ipfs.tech/unixfs/#dag-pb-node"/>.
/// </remarks>
public sealed record UnixFsData
{
    /// <summary>What the node is.</summary>
    public required UnixFsType Type { get; init; }

    /// <summary>The data, or null if the field is absent. Decoded data points into the decoded bytes.</summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The claimed length of the file in bytes, or null if absent, which means 0.</summary>
    public ulong? FileSize { get; init; }

    /// <summary>The claimed bytes of the file under each link.</summary>
    public IReadOnlyList<ulong> BlockSizes { get; init; } = [];

    /// <summary>The hash function of a shard (multicodec), or null if absent.</summary>
    public ulong? HashType { get; init; }

    /// <summary>The number of buckets of a shard, or null if absent.</summary>
    public ulong? Fanout { get; init; }

    /// <summary>The mode with all 32 bits, or null if unspecified; only <see cref="Permissions"/> has a meaning.</summary>
    public uint? Mode { get; init; }

    /// <summary>The time of modification, or null if unspecified.</summary>
    public UnixFsTime? ModificationTime { get; init; }

    /// <summary>The lowest twelve bits of the mode: sticky, set-id and rwx.</summary>
    public uint? Permissions => Mode & 0xfff;

    /// <summary>Decodes a message.</summary>
    /// <param name="message">The bytes; <see cref="Data"/> will point into them.</param>
    /// <remarks>
    /// Unknown fields are skipped, block sizes may be packed or not, fields may come in any order. Refused: a varint that is too long or not in
    /// its shortest form, a field twice, a type outside the enumeration, a fraction outside 1 to 999,999,999, truncation.
    /// At most 32 bytes are allocated for a byte of the message, and 1 KiB: a packed size of one byte becomes eight in a list that doubles, and half of that
    /// is garbage when it is done.
    /// </remarks>
    /// <exception cref="UnixFsException">The bytes are not a valid message.</exception>
    public static UnixFsData Decode(ReadOnlyMemory<byte> message) => UnixFsDataDecoder.Decode(message);

    /// <summary>Encodes this message as Kubo does: fields in ascending order, block sizes not packed.</summary>
    public void Encode(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        UnixFsDataEncoder.Encode(this, output);
    }

    /// <summary>Encodes this message into a new array.</summary>
    public byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>(64 + (Data?.Length ?? 0));
        Encode(output);
        return output.WrittenSpan.ToArray();
    }
}
