using System.Buffers;
using System.Numerics;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>The two send buffers of a connection: one is filled with sealed frames while the other is sent. Guarded by the lock of the <see cref="YamuxSender"/>.</summary>
/// <remarks>
/// They are rented at the first frame, small, grow while they fill, and are given back when nothing is left to send: an idle connection holds none, and a ping does not rent half a megabyte. What is more than two small
/// ones is reserved first, and where that is refused the small ones must do.
/// </remarks>
internal sealed class YamuxSendBuffer
{
    /// <summary>A buffer that is reserved with the connection itself.</summary>
    public const int SmallBytes = 4096;

    /// <summary>The payload of one frame: what js-libp2p takes, whatever the channel would carry.</summary>
    public const int MaxFramePayloadBytes = 64 * 1024;

    /// <summary>Room that frames with bytes leave to those without.</summary>
    private const int ControlBytes = 8 * 1024;

    /// <summary>A frame smaller than this is not worth the rest of a buffer.</summary>
    private const int LeastPartBytes = 1024;

    private readonly IFrameSealer _sealer;
    private readonly IMemoryBudget _memory;
    private readonly int _maxBytes;
    private readonly int _overhead;
    private readonly int _maxPayload;
    private byte[]? _fill;
    private byte[]? _spare;

    public YamuxSendBuffer(IFrameSealer sealer, IMemoryBudget memory, int maxBytes)
    {
        (_sealer, _memory, _maxBytes, Limit) = (sealer, memory, maxBytes, maxBytes);
        _overhead = sealer.PrefixBytes + YamuxHeader.Bytes + sealer.SuffixBytes;
        _maxPayload = Math.Min(MaxFramePayloadBytes, sealer.MaxPlainBytes - YamuxHeader.Bytes);
    }

    /// <summary>Bytes that wait to be sent.</summary>
    public int Filled { get; private set; }

    /// <summary>Why nothing can be sealed any more; then nothing finds room.</summary>
    public ConnectionClosedException? Failure { get; private set; }

    /// <summary>How far frames with bytes may fill a buffer, so that no send takes too long; between <see cref="MaxFramePayloadBytes"/> and the greatest buffer.</summary>
    public int Limit { get; set; }

    /// <summary>Seals a frame without bytes.</summary>
    /// <returns>False if there is no room.</returns>
    public bool TryAppend(YamuxHeader header) => Append(new ReadOnlySpan<YamuxHeader>(in header)) == 1;

    /// <summary>Seals frames without bytes, all of them at once.</summary>
    /// <returns>How many of them there was room for.</returns>
    public int Append(ReadOnlySpan<YamuxHeader> headers)
    {
        var overhead = _sealer.PrefixBytes + _sealer.SuffixBytes;
        var count = Math.Min(headers.Length, _sealer.MaxPlainBytes / YamuxHeader.Bytes);
        Grow(Filled + overhead + (count * YamuxHeader.Bytes));
        count = Math.Min(count, (_fill!.Length - Filled - overhead) / YamuxHeader.Bytes);
        if (count <= 0)
            return 0;
        var frame = _fill.AsSpan(Filled, overhead + (count * YamuxHeader.Bytes));
        for (var i = 0; i < count; i++)
            headers[i].Write(frame[(_sealer.PrefixBytes + (i * YamuxHeader.Bytes))..]);
        return TrySeal(frame) ? count : 0;
    }

    /// <summary>Seals a frame with the first of the bytes: as many as a frame, the stream's credit and the buffer take.</summary>
    /// <returns>How many; 0 if there is no room, or no credit.</returns>
    public int TryAppend(YamuxStreamWriter writer, ReadOnlySpan<byte> bytes)
    {
        var payload = (int)Math.Min(Math.Min(bytes.Length, writer.Credit), _maxPayload);
        if (payload == 0)
            return 0;
        Grow(Filled + _overhead + payload + ControlBytes);
        var room = Math.Min(_fill!.Length, Limit) - Math.Min(ControlBytes, _fill.Length / 4) - Filled - _overhead;
        if (room < Math.Min(payload, LeastPartBytes))
            return 0;
        payload = Math.Min(payload, room);
        var frame = _fill.AsSpan(Filled, _overhead + payload);
        new YamuxHeader(YamuxFrameType.Data, writer.TakeFlags(), writer.StreamId, (uint)payload).Write(frame[_sealer.PrefixBytes..]);
        bytes[..payload].CopyTo(frame[(_sealer.PrefixBytes + YamuxHeader.Bytes)..]);
        if (!TrySeal(frame))
            return 0;
        writer.Credit -= payload;
        return payload;
    }

    /// <summary>Takes what is to be sent; further frames go into the other buffer.</summary>
    public ArraySegment<byte> Swap()
    {
        var sending = new ArraySegment<byte>(_fill!, 0, Filled);
        (_fill, _spare, Filled) = (_spare, null, 0);
        return sending;
    }

    /// <summary>Gives a buffer back that <see cref="Swap"/> has taken, once it is sent.</summary>
    public void Sent(byte[] buffer)
    {
        if (_fill is null)
            _fill = buffer;
        else if (_spare is null)
            _spare = buffer;
        else
            Return(buffer);
    }

    /// <summary>Counts a buffer off that was lost to a send that failed: the channel may still use it.</summary>
    public void Lost(byte[] buffer) => Release(buffer.Length);

    /// <summary>Returns both to the pool.</summary>
    public void ReturnAll()
    {
        if (_fill is not null)
            Return(_fill);
        if (_spare is not null)
            Return(_spare);
        (_fill, _spare, Filled) = (null, null, 0);
    }

    private bool TrySeal(Span<byte> frame)
    {
        try
        {
            _sealer.Seal(frame);
        }
        catch (ConnectionClosedException failure)
        {
            // The numbers of a cipher are used up.
            Failure = failure;
            return false;
        }

        Filled += frame.Length;
        return true;
    }

    // Makes room for so many bytes in all if it can.
    private void Grow(int bytes)
    {
        if (_fill is not null && _fill.Length >= Math.Min(bytes, _maxBytes))
            return;
        if (_spare is not null && _spare.Length >= Math.Min(bytes, _maxBytes))
        {
            Replace(_spare);
            _spare = null;
            return;
        }

        // Twice what is needed, since more follows where much is written.
        var size = bytes <= SmallBytes ? SmallBytes : (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)bytes * 2), (uint)_maxBytes);
        if (size == SmallBytes || _memory.TryReserve(size, MemoryPriority.Medium))
            Replace(ArrayPool<byte>.Shared.Rent(size));
        else
            _fill ??= ArrayPool<byte>.Shared.Rent(SmallBytes);
    }

    private void Replace(byte[] larger)
    {
        if (_fill is not null)
        {
            _fill.AsSpan(0, Filled).CopyTo(larger);
            Return(_fill);
        }

        _fill = larger;
    }

    private void Return(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        Release(buffer.Length);
    }

    private void Release(int bytes)
    {
        if (bytes > SmallBytes)
            _memory.Release(bytes);
    }
}
