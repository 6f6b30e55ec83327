using System.Buffers.Binary;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>CARs of both versions.</summary>
internal static class CarSeeds
{
    private static readonly Block[] Blocks =
    [
        Block.Create(Multicodec.Raw, "one"u8.ToArray()),
        Block.Create(Multicodec.Raw, Array.Empty<byte>()),
        Block.Create(Multicodec.DagPb, DagPbSeeds.All[3]),
        Block.Create(Multicodec.Raw, "two"u8.ToArray(), Multicodec.Blake2b_256),
        Block.Create(Multicodec.Raw, new byte[500], Multicodec.Sha2_512),
    ];

    /// <summary>Version 1, as the writer writes it.</summary>
    public static IReadOnlyList<byte[]> Version1 { get; } =
    [
        Write([], []),
        Write([Blocks[0].Cid], [Blocks[0]]),
        Write([.. CidSeeds.All], Blocks),
        Write([Blocks[2].Cid], [Blocks[2], Blocks[1], Blocks[0], Blocks[0]]),
    ];

    /// <summary>Version 2: with and without padding and an index, whose bytes nobody reads.</summary>
    public static IReadOnlyList<byte[]> Version2 { get; } =
        [Wrap(Version1[1], padding: 0, index: 0), Wrap(Version1[2], padding: 7, index: 20), Wrap(Version1[3], padding: 100, index: 1)];

    private static byte[] Write(IReadOnlyList<Cid> roots, IReadOnlyList<Block> blocks)
    {
        var stream = new MemoryStream();
        WriteAsync().GetAwaiter().GetResult();
        return stream.ToArray();

        async Task WriteAsync()
        {
            await using var writer = await CarWriter.CreateAsync(stream, roots, leaveOpen: true);
            await writer.PutManyAsync(blocks);
        }
    }

    private static byte[] Wrap(byte[] data, int padding, int index)
    {
        const int headerEnd = 51;
        byte[] pragma = [0x0a, 0xa1, 0x67, .. "version"u8, 0x02];
        var header = new byte[40];
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), headerEnd + padding);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), data.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), index == 0 ? 0 : headerEnd + padding + data.Length);
        return [.. pragma, .. header, .. new byte[padding], .. data, .. new byte[index]];
    }
}
