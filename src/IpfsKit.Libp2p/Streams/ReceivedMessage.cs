using System.Buffers;
using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p;

/// <summary>A message that was received, in a pooled buffer. Dispose it once, and use its bytes no longer.</summary>
public sealed class ReceivedMessage : IDisposable
{
    private readonly IMemoryBudget? _budget;
    private readonly int _length;
    private byte[]? _buffer;

    private ReceivedMessage(byte[] buffer, int length, IMemoryBudget? budget) => (_buffer, _length, _budget) = (buffer, length, budget);

    /// <summary>Its bytes, until it is disposed.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public ReadOnlyMemory<byte> Memory => Buffer;

    internal Memory<byte> Buffer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsMemory(0, _length);
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is not { } buffer)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        if (_length > 0)
            _budget?.Release(_length);
    }

    /// <summary>Reserves and rents.</summary>
    /// <exception cref="ResourceLimitExceededException">There is no memory for it.</exception>
    internal static ReceivedMessage Rent(int length, IMemoryBudget? budget)
    {
        if (length > 0 && budget?.TryReserve(length, MemoryPriority.High) == false)
            throw new ResourceLimitExceededException("stream", "memory", length);
        return new ReceivedMessage(ArrayPool<byte>.Shared.Rent(length), length, budget);
    }
}
