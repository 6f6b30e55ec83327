using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments.Writing;

/// <summary>Lays a group out and writes it: records one after another, then the marker.</summary>
/// <remarks>
/// Headers and small payloads are copied into one buffer, large payloads are written from where they are, many in one call. When the
/// buffer is full it is written out, so a group may take several calls; only the sync after the marker makes it count. A large group goes out in
/// stretches that the disk begins with at once: it writes the first while the next is being copied, and the sync waits for half as long. Not thread-safe.
/// </remarks>
internal sealed class GroupWriter(StoreKeys keys)
{
    /// <summary>The most bytes of one group.</summary>
    public const long MaxBytes = 64 << 20;

    private const int StagingBytes = 4 << 20;
    private const int MaxBuffers = 1000;
    private const long WritebackBytes = 4 << 20;

    // Below this, a copy costs less than one more buffer in the system call.
    private const int CopyBytes = 16 << 10;

    private readonly byte[] _staging = GC.AllocateUninitializedArray<byte>(StagingBytes, pinned: true);
    private readonly List<ReadOnlyMemory<byte>> _buffers = new(MaxBuffers + 4);
    private readonly ArrayBufferWriter<byte> _directory = new(64 << 10);
    private Segment _segment = null!;
    private int _stagingStart;
    private int _stagingUsed;
    private long _flushed;

    /// <summary>Where the group begins.</summary>
    public long Start { get; private set; }

    /// <summary>Where the next record begins.</summary>
    public long Position { get; private set; }

    /// <summary>The number of records.</summary>
    public int Count { get; private set; }

    /// <summary>The size of the marker that the group needs, with one more entry.</summary>
    public long MarkerBytesWithOneMore => RecordHeader.SizeOf(0, GroupMarker.FixedBytes + _directory.WrittenCount + DirectoryEntry.MaxBytes);

    /// <summary>Begins a group at the end of a segment.</summary>
    public void Begin(Segment segment)
    {
        _segment = segment;
        Start = Position = _flushed = segment.CommittedLength;
        Count = 0;
        _stagingStart = _stagingUsed = 0;
        _buffers.Clear();
        _directory.ResetWrittenCount();
    }

    /// <summary>Adds a record and returns where it will be.</summary>
    public RecordLocation Add(RecordKind kind, in Multihash hash, ReadOnlyMemory<byte> payload, ulong payloadChecksum)
    {
        Span<byte> key = stackalloc byte[Multihash.MaxBytes];
        key = key[..hash.WriteBytes(key)];
        var offset = Position;
        AppendHeader(kind, key, payload.Length, payloadChecksum);
        Append(payload, copy: payload.Length < CopyBytes);
        Pad(payload.Length);
        DirectoryEntry.Write(_directory, kind, offset, payload.Length, key);
        Count++;
        return new RecordLocation(_segment.Slot, offset, (int)(Position - offset));
    }

    /// <summary>Adds the marker and writes out everything; durable after a sync.</summary>
    public void Finish(long sequence)
    {
        var payloadLength = GroupMarker.FixedBytes + _directory.WrittenCount;
        var payload = ArrayPool<byte>.Shared.Rent(payloadLength);
        GroupMarker.WriteFixed(payload, sequence, Start, Count);
        _directory.WrittenSpan.CopyTo(payload.AsSpan(GroupMarker.FixedBytes));
        AppendHeader(RecordKind.Marker, [], payloadLength, keys.PayloadChecksum(payload.AsSpan(0, payloadLength)));
        Append(payload.AsMemory(0, payloadLength), copy: payloadLength < CopyBytes);
        Pad(payloadLength);
        Flush();
        ArrayPool<byte>.Shared.Return(payload);
    }

    private void AppendHeader(RecordKind kind, ReadOnlySpan<byte> key, int payloadLength, ulong payloadChecksum)
    {
        var size = RecordHeader.SizeOf(key.Length);
        RecordHeader.Write(Stage(size), keys, _segment.Id, Position, kind, key, (uint)payloadLength, payloadChecksum);
        Position += size;
    }

    private void Append(ReadOnlyMemory<byte> bytes, bool copy)
    {
        if (bytes.IsEmpty)
            return;
        if (copy)
        {
            bytes.Span.CopyTo(Stage(bytes.Length));
        }
        else
        {
            CloseStaged();
            if (_buffers.Count >= MaxBuffers || Position - _flushed >= WritebackBytes)
                FlushEarly();
            _buffers.Add(bytes);
        }

        Position += bytes.Length;
    }

    private void Pad(int length)
    {
        var padding = (int)(RecordHeader.Align(length) - length);
        Stage(padding).Clear();
        Position += padding;
    }

    private Span<byte> Stage(int length)
    {
        if (_stagingUsed + length > StagingBytes)
            FlushEarly();
        var span = _staging.AsSpan(_stagingUsed, length);
        _stagingUsed += length;
        return span;
    }

    private void CloseStaged()
    {
        if (_stagingUsed > _stagingStart)
            _buffers.Add(_staging.AsMemory(_stagingStart, _stagingUsed - _stagingStart));
        _stagingStart = _stagingUsed;
    }

    private void FlushEarly()
    {
        var from = _flushed;
        Flush();
        _segment.File.BeginWriteback(from, _flushed - from);
    }

    private void Flush()
    {
        CloseStaged();
        if (_buffers.Count > 0)
        {
            _segment.File.Write(_buffers, _flushed);
            foreach (var buffer in _buffers)
                _flushed += buffer.Length;
            _buffers.Clear();
        }

        _stagingStart = _stagingUsed = 0;
    }
}
