using System.Buffers;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Gathers the small parts of a message that is written to a stream. For one writer.</summary>
internal sealed class MessageBuffer(IMuxedStream stream, int messageBytes)
{
    /// <summary>What goes to the stream at once.</summary>
    public const int MostBytes = 60 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(messageBytes + MessageSize.Overhead, MostBytes));
    private int _filled;

    /// <summary>How much finds room.</summary>
    public int Room => Math.Min(_buffer.Length, MostBytes) - _filled;

    /// <summary>Writes the start of a field with bytes.</summary>
    public void WriteStart(int field, int length)
    {
        _buffer[_filled++] = (byte)((field << 3) | (int)ProtoWireType.Bytes);
        WriteVarint((ulong)length);
    }

    /// <summary>Writes a field with a number, unless that is zero.</summary>
    public void WriteNumber(int field, int value)
    {
        if (value == 0)
            return;
        _buffer[_filled++] = (byte)((field << 3) | (int)ProtoWireType.Varint);
        WriteVarint(unchecked((ulong)(long)value));
    }

    /// <summary>Writes a field with a CID.</summary>
    public void WriteCid(int field, in Cid cid)
    {
        WriteStart(field, cid.ByteCount);
        _filled += cid.WriteBytes(_buffer.AsSpan(_filled));
    }

    /// <summary>Writes a varint.</summary>
    public void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _buffer[_filled++] = (byte)(value | 0x80);
        _buffer[_filled++] = (byte)value;
    }

    /// <summary>Copies bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_filled));
        _filled += bytes.Length;
    }

    /// <summary>Writes what was gathered to the stream.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_filled == 0)
            return;
        await stream.WriteAsync(_buffer.AsMemory(0, _filled), cancellationToken).ConfigureAwait(false);
        _filled = 0;
    }

    /// <summary>Gives the buffer back. Not after a write that failed, which may still have it.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(_buffer);
}
