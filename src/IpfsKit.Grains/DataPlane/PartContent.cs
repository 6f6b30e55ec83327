namespace IpfsKit.Grains.DataPlane;

/// <summary>The bytes of a part of a multipart body. A body that ends inside the part, or is malformed there, is the client's fault and refused as such.</summary>
internal sealed class PartContent(Stream part) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether what reading a multipart body threw says that the body is malformed; the server's own exceptions say more.</summary>
    public static bool IsMalformed(Exception exception) =>
        exception is InvalidDataException or IOException and not Microsoft.AspNetCore.Http.BadHttpRequestException;

    /// <summary>The refusal of a malformed body.</summary>
    public static DataPlaneException Refusal(Exception cause) =>
        DataPlaneRefusals.BadRequest($"The multipart body is malformed: {cause.Message}");

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return part.Read(buffer, offset, count);
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            throw Refusal(exception);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await part.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            throw Refusal(exception);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
