using System.Buffers;
using System.Buffers.Binary;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.Car;

/// <summary>Makes CARs by hand, true and false ones.</summary>
internal static class CarBytes
{
    public static byte[] Header(params Cid[] roots)
    {
        var output = new ArrayBufferWriter<byte>();
        CarHeader.Write(roots, output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] WithLength(byte[] bytes)
    {
        var varint = new byte[Varint.GetByteCount((ulong)bytes.Length)];
        Varint.Write(varint, (ulong)bytes.Length);
        return [.. varint, .. bytes];
    }

    public static byte[] Section(Cid cid, ReadOnlySpan<byte> data) => WithLength([.. cid.ToBytes(), .. data]);

    public static byte[] Section(Block block) => Section(block.Cid, block.Data.Span);

    public static byte[] V1(IEnumerable<Cid> roots, IEnumerable<Block> blocks) => [.. Header([.. roots]), .. blocks.SelectMany(Section)];

    /// <summary>A version 2 CAR around a version 1 CAR; offsets are taken from the parts unless given.</summary>
    public static byte[] V2(byte[] v1, int padding = 0, byte[]? index = null, ulong? dataOffset = null, ulong? dataSize = null, ulong? indexOffset = null)
    {
        var header = new byte[40];
        var offset = dataOffset ?? (ulong)(51 + padding);
        var size = dataSize ?? (ulong)v1.Length;
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), size);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32), indexOffset ?? (index is null ? 0 : offset + size));
        return [.. Convert.FromHexString("0aa16776657273696f6e02"), .. header, .. new byte[padding], .. v1, .. index ?? []];
    }

    /// <summary>Reads a whole CAR; its roots and blocks, whose bytes are copied.</summary>
    public static async Task<(IReadOnlyList<Cid> Roots, List<(Cid Cid, byte[] Data)> Blocks)> ReadAsync(
        Stream stream, CarReaderOptions? options = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var reader = await CarReader.OpenAsync(stream, options, cancellation);
        var blocks = new List<(Cid, byte[])>();
        await foreach (var block in reader.ReadBlocksAsync(cancellation))
        {
            using (block)
                blocks.Add((block.Cid, block.Data.ToArray()));
        }

        return (reader.Roots, blocks);
    }

    public static Task<(IReadOnlyList<Cid> Roots, List<(Cid Cid, byte[] Data)> Blocks)> ReadAsync(byte[] car, CarReaderOptions? options = null) =>
        ReadAsync(new MemoryStream(car), options);
}
