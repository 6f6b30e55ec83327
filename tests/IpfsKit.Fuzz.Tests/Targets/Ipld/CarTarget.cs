using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>A CAR, read to its end; blocks whose hash does not match are refused and passed over.</summary>
internal sealed class CarTarget(int version) : ThrowingTarget
{
    // Small, so that a claimed length shows in what is allocated.
    private static readonly CarReaderOptions Options = new() { MaxBlockBytes = 8 * 1024, MaxHeaderBytes = 8 * 1024 };

    public override string Name => $"car-v{version}";

    public override IEnumerable<byte[]> Seeds => version == 1 ? CarSeeds.Version1 : CarSeeds.Version2;

    /// <summary>The buffer and a block, which are pooled; the header's roots; a block's state and the exception of a bad one for each section.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (96 * 1024) + (256 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => ReadAsync(input, null).GetAwaiter().GetResult();

    protected override bool IsDeclared(Exception exception) =>
        exception is CarFormatException or BlockTooLargeException or BlockIntegrityException or UnsupportedHashException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input)
    {
        // A length that fits, and the map that every header is.
        return Varint.TryRead(input, out var length, out var read) && length > 0 && length <= (ulong)(input.Length - read) && input[read] is 0xa1 or 0xa2;
    }

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var blocks = new List<Block>();
        var roots = ReadAsync(input, blocks).GetAwaiter().GetResult();
        Assert.All(blocks, block => Assert.True(block.IsVerified && MultihashAlgorithm.Verify(block.Cid.Hash, block.Data.Span)));
        var again = new List<Block>();
        Assert.Equal(roots, ReadAsync(Write(roots, blocks), again).GetAwaiter().GetResult());
        Assert.Equal(
            blocks.Where(block => block.Cid.Hash.Code != Multicodec.Identity).Select(block => (block.Cid, Convert.ToHexString(block.Data.Span))),
            again.Select(block => (block.Cid, Convert.ToHexString(block.Data.Span))));
    }

    private static async Task<IReadOnlyList<Cid>> ReadAsync(ReadOnlyMemory<byte> input, List<Block>? blocks)
    {
        await using var reader = await CarReader.OpenAsync(new MemoryStream(input.ToArray()), Options);
        Exception? bad = null;
        while (true)
        {
            try
            {
                if (await reader.ReadBlockAsync() is not { } block)
                    break;
                if (blocks is null)
                    block.Dispose();
                else
                    blocks.Add(block);
            }
            catch (Exception exception) when (exception is BlockIntegrityException or UnsupportedHashException)
            {
                // The reader says that it can go on behind such a block.
                bad = exception;
            }
        }

        return bad is null ? reader.Roots : throw bad;
    }

    private static ReadOnlyMemory<byte> Write(IReadOnlyList<Cid> roots, List<Block> blocks)
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
}
