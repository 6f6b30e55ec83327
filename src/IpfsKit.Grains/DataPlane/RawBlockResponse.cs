using System.Globalization;
using IpfsKit.Ipld;
using Microsoft.AspNetCore.Http;

namespace IpfsKit.Grains.DataPlane;

/// <summary>One block, whole or a single range of it.</summary>
internal static class RawBlockResponse
{
    /// <summary>Writes the response and disposes the block; the bytes of the body.</summary>
    public static async Task<long> WriteAsync(HttpContext context, Block block)
    {
        using var _ = block;
        var (from, length) = ChooseRange(context, block);
        var response = context.Response;
        response.ContentType = DataPlaneProtocol.RawMediaType;
        response.ContentLength = length;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = $"\"{block.Cid}.raw\"";
        if (length != block.Size)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{from + length - 1}/{block.Size}");
        }

        await response.Body.WriteAsync(block.Data.Slice(from, length), context.RequestAborted);
        return length;
    }

    /// <summary>A request for several ranges, or in another unit, gets everything, as RFC 9110 allows.</summary>
    private static (int From, int Length) ChooseRange(HttpContext context, Block block)
    {
        if (context.Request.GetTypedHeaders().Range is not { Unit.Value: "bytes", Ranges: { Count: 1 } ranges })
            return (0, block.Size);
        var range = ranges.First();
        var (from, to) = range switch
        {
            { From: { } start } => (start, Math.Min(range.To ?? long.MaxValue, block.Size - 1)),
            { To: { } last } => (Math.Max(0, block.Size - last), block.Size - 1L),
            _ => (0, block.Size - 1L),
        };
        if (from <= to && range is not { From: null, To: 0 })
            return ((int)from, (int)(to - from + 1));
        context.Response.Headers.ContentRange = $"bytes */{block.Size}";
        throw new DataPlaneException(
            DataPlaneErrorCodes.RangeNotSatisfiable, $"The range {range} lies outside the block's {block.Size} bytes.", StatusCodes.Status416RangeNotSatisfiable);
    }
}
