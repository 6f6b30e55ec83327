using System.Buffers;

namespace IpfsKit.Client.Uploading;

/// <summary>Copies a source to the wire in pieces, counting.</summary>
internal static class SourceCopier
{
    private const int BufferBytes = 256 << 10;

    /// <summary>Copies to the end, or exactly <paramref name="length"/> bytes.</summary>
    /// <exception cref="EndOfStreamException">The source ended before its length.</exception>
    public static async Task CopyAsync(Stream source, Stream destination, long? length, UploadMeter meter, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var left = length ?? long.MaxValue; left > 0;)
            {
                int read;
                try
                {
                    meter.Touch();
                    read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
                    if (read == 0 && length is not null)
                        throw new EndOfStreamException($"The source ended {left} bytes before its length of {length} bytes: it changed while it was read.");
                }
                catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    meter.Fail(exception);
                    throw;
                }

                if (read == 0)
                    return;
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                left -= read;
                meter.AddBytes(read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
