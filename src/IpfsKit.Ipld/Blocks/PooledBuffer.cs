using System.Buffers;

namespace IpfsKit.Ipld;

/// <summary>A buffer of an exact length rented from <see cref="ArrayPool{T}.Shared"/>; disposing gives it back.</summary>
/// <remarks>The owner alone may dispose it, once; later calls do nothing. Contents are not cleared.</remarks>
public sealed class PooledBuffer : IMemoryOwner<byte>
{
    private readonly int _length;
    private byte[]? _array;

    private PooledBuffer(byte[] array, int length) => (_array, _length) = (array, length);

    /// <inheritdoc/>
    public Memory<byte> Memory => Array.AsMemory(0, _length);

    /// <summary>The bytes, without going through <see cref="Memory"/>.</summary>
    public Span<byte> Span => Array.AsSpan(0, _length);

    private byte[] Array
    {
        get
        {
            ObjectDisposedException.ThrowIf(_array is null, this);
            return _array;
        }
    }

    /// <summary>Rents a buffer of exactly <paramref name="length"/> bytes.</summary>
    public static PooledBuffer Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
            ArrayPool<byte>.Shared.Return(array);
    }
}
