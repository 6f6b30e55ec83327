using System.Runtime.CompilerServices;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Reads the messages of one stream and hands their parts over as they arrive.</summary>
/// <remarks>
/// <code>
/// varint length · message
/// message:  wantlist = 1 { entries = 1 { … }, full = 2 } · blocks = 2 (bytes) · payload = 3 { prefix = 1, data = 2 } · blockPresences = 4 { … } · pendingBytes = 5
/// </code>
/// The fields may come in any order and any number; unknown ones are skipped. A block is read from the stream straight into the buffer that will be the block's, so that a message of 4 MiB takes the memory of its largest block.
/// Wants and presences are handed over at the end of their message. What names a block that cannot be asked for (identity CIDs, digests of less than 20 bytes, CIDs that are none) is ignored and counted, as js and Go peers
/// send it in good faith; what breaks the framing, or a limit, is a <see cref="ProtocolViolationException"/>. Spec: <see href="https://specs.ipfs.tech/bitswap-protocol/"/>.
/// </remarks>
internal sealed class MessageReader(IMuxedStream stream, PeerId peer, IMessageSink sink, ReadDeadline deadline) : IDisposable
{
    // What a list of as many entries as there may be takes, and up to which count nobody is asked for the memory.
    private const int EntryBytes = 80;
    private const int FreeEntries = 1024;

    private readonly MessageInput _input = new(stream);
    private readonly List<WantlistEntry> _entries = [];
    private readonly List<BlockPresence> _presences = [];
    private bool _isFull;
    private bool _hasWantlist;
    private int _reservedForEntries;
    private int _empty;

    /// <summary>How many messages were read.</summary>
    public long Messages { get; private set; }

    /// <summary>How many bytes the last message had, with its length.</summary>
    public int MessageBytes { get; private set; }

    /// <summary>Whether a part of a message was read.</summary>
    public bool IsWithinMessage { get; private set; }

    /// <summary>How many blocks, wants and presences were ignored.</summary>
    public long Ignored { get; private set; }

    /// <summary>Reads one message.</summary>
    /// <returns>False if the other side has ended.</returns>
    /// <exception cref="ProtocolViolationException">It does not follow the protocol.</exception>
    /// <exception cref="ResourceLimitExceededException">There is no memory for what it sends.</exception>
    /// <exception cref="OperationCanceledException">It took too long, or the deadline's token was cancelled.</exception>
    public async ValueTask<bool> ReadAsync()
    {
        deadline.AwaitMessage();
        await _input.WaitAsync(deadline.Token).ConfigureAwait(false);
        if (await ReadLengthAsync().ConfigureAwait(false) is not { } length)
            return false;
        deadline.Begin(length);
        IsWithinMessage = true;
        var blocks = await ReadFieldsAsync(length).ConfigureAwait(false);
        IsWithinMessage = false;
        Messages++;
        MessageBytes = length + Varint.GetByteCount((ulong)length);
        HandOver(isSomething: blocks > 0);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        ReleaseEntries();
    }

    private async ValueTask<int?> ReadLengthAsync()
    {
        while (true)
        {
            var status = Varint.Read(_input.Available, out var length, out var read);
            if (status == VarintStatus.Done)
            {
                if (length > BitswapProtocol.MaxMessageBytes)
                    throw new ProtocolViolationException($"{peer} sends a message of {length} bytes; {BitswapProtocol.MaxMessageBytes} are allowed.");
                _input.Advance(read);
                _input.Position = 0;
                return (int)length;
            }

            if (status != VarintStatus.NeedMoreData)
                throw new ProtocolViolationException($"{peer} sends a length that is no varint.");
            var isFirst = _input.Available.IsEmpty;
            if (!isFirst)
            {
                IsWithinMessage = true;
                deadline.Begin(0);
            }

            if (!await _input.FillAsync(deadline.Token).ConfigureAwait(false))
                return isFirst ? null : throw new ProtocolViolationException($"{peer} ended within the length of a message.");
        }
    }

    /// <returns>How many blocks there were.</returns>
    private async ValueTask<int> ReadFieldsAsync(int end)
    {
        var blocks = 0;
        while (_input.Position < end)
        {
            var field = await ReadFieldAsync(end).ConfigureAwait(false);
            if (field.IsBytes(1))
            {
                await ReadWantlistAsync(_input.Position + (int)field.Value).ConfigureAwait(false);
            }
            else if (field.IsBytes(2))
            {
                blocks++;
                await DeliverAsync(CidPrefix.V0, await ReadDataAsync((int)field.Value).ConfigureAwait(false)).ConfigureAwait(false);
            }
            else if (field.IsBytes(3))
            {
                blocks++;
                await ReadPayloadAsync(_input.Position + (int)field.Value).ConfigureAwait(false);
            }
            else if (field.IsBytes(4))
            {
                await ReadPresenceAsync((int)field.Value).ConfigureAwait(false);
            }
            else
            {
                await _input.SkipAsync((int)field.Following, deadline.Token).ConfigureAwait(false);
            }
        }

        return blocks;
    }

    /// <summary>Reads the start of a field that ends, with what follows, at <paramref name="end"/> or before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ProtoField> ReadFieldAsync(int end)
    {
        var most = Math.Min(ProtoField.MaxBytes, end - _input.Position);
        await _input.EnsureAsync(most, deadline.Token).ConfigureAwait(false);
        return TakeField(most, end);
    }

    private ProtoField TakeField(int most, int end)
    {
        var reader = new ProtoReader(_input.Available[..most]);
        if (!reader.TryReadField(out var field))
            throw new ProtocolViolationException($"{peer} sends a message that is malformed.");
        _input.Advance(most - reader.Left);
        if (field.Following > (ulong)(end - _input.Position))
            throw new ProtocolViolationException($"{peer} sends a message with a field of {field.Following} bytes where {end - _input.Position} are left.");
        return field;
    }

    private async ValueTask ReadWantlistAsync(int end)
    {
        _hasWantlist = true;
        while (_input.Position < end)
        {
            var field = await ReadFieldAsync(end).ConfigureAwait(false);
            if (field.IsBytes(1))
            {
                await ReadEntryAsync((int)field.Value).ConfigureAwait(false);
            }
            else
            {
                if (field.IsNumber(2))
                    _isFull = field.Value != 0;
                await _input.SkipAsync((int)field.Following, deadline.Token).ConfigureAwait(false);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadEntryAsync(int length)
    {
        if (length > BitswapProtocol.MaxEntryBytes || _entries.Count == BitswapProtocol.MaxWantlistEntries)
        {
            Ignored++;
            await _input.SkipAsync(length, deadline.Token).ConfigureAwait(false);
            return;
        }

        await _input.EnsureAsync(length, deadline.Token).ConfigureAwait(false);
        if (EntryReader.TryReadEntry(_input.Available[..length], out var entry))
            Add(entry);
        else
            Ignored++;
        _input.Advance(length);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadPresenceAsync(int length)
    {
        if (length > BitswapProtocol.MaxEntryBytes)
        {
            Ignored++;
            await _input.SkipAsync(length, deadline.Token).ConfigureAwait(false);
            return;
        }

        await _input.EnsureAsync(length, deadline.Token).ConfigureAwait(false);
        if (EntryReader.TryReadPresence(_input.Available[..length], out var presence))
            _presences.Add(presence);
        else
            Ignored++;
        _input.Advance(length);
        if (_presences.Count == BitswapProtocol.MaxPresences)
            HandOverPresences();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadPayloadAsync(int end)
    {
        CidPrefix? prefix = null;
        var hasPrefix = false;
        PooledBuffer? data = null;
        try
        {
            while (_input.Position < end)
            {
                var field = await ReadFieldAsync(end).ConfigureAwait(false);
                if (field.IsBytes(1) && field.Value <= BitswapProtocol.MaxPrefixBytes)
                {
                    hasPrefix = true;
                    await _input.EnsureAsync((int)field.Value, deadline.Token).ConfigureAwait(false);
                    prefix = EntryReader.TryReadPrefix(_input.Available[..(int)field.Value], out var read) ? read : null;
                    _input.Advance((int)field.Value);
                }
                else if (field.IsBytes(2) && (prefix is not null || !hasPrefix))
                {
                    Release(ref data);
                    data = await ReadDataAsync((int)field.Value).ConfigureAwait(false);
                }
                else
                {
                    await _input.SkipAsync((int)field.Following, deadline.Token).ConfigureAwait(false);
                }
            }

            if (prefix is not { } known)
            {
                Ignored++;
                return;
            }

            // Protobuf leaves out a value that is empty, and there is a block that is.
            var block = data ?? PooledBuffer.Rent(0);
            data = null;
            await DeliverAsync(known, block).ConfigureAwait(false);
        }
        finally
        {
            Release(ref data);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<PooledBuffer> ReadDataAsync(int length)
    {
        if (length > BlockLimits.MaxBlockBytes)
            throw new ProtocolViolationException($"{peer} sends a block of {length} bytes; {BlockLimits.MaxBlockBytes} are allowed.");
        if (!stream.TryReserveMemory(length))
            throw new ResourceLimitExceededException("stream", "memory", length);
        var buffer = PooledBuffer.Rent(length);
        try
        {
            await _input.ReadAsync(buffer.Memory, deadline.Token).ConfigureAwait(false);
            return buffer;
        }
        catch
        {
            Release(ref buffer!);
            throw;
        }
    }

    /// <summary>Gives a block to the sink. Its memory is the stream's until the sink lets the reader go on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeliverAsync(CidPrefix prefix, PooledBuffer data)
    {
        var length = data.Memory.Length;
        var isPaused = false;
        try
        {
            var taken = sink.OnBlockAsync(peer, new ReceivedBlock(prefix, data), deadline.Outer);
            if (!taken.IsCompleted)
            {
                isPaused = true;
                deadline.Pause();
            }

            await taken.ConfigureAwait(false);
        }
        finally
        {
            stream.ReleaseMemory(length);
        }

        if (isPaused)
            deadline.Resume();
    }

    private void Add(in WantlistEntry entry)
    {
        if (_entries.Count == FreeEntries && _reservedForEntries == 0)
        {
            const int Bytes = BitswapProtocol.MaxWantlistEntries * EntryBytes;
            if (!stream.TryReserveMemory(Bytes))
                throw new ResourceLimitExceededException("stream", "memory", Bytes);
            _reservedForEntries = Bytes;
        }

        _entries.Add(entry);
    }

    private void HandOver(bool isSomething)
    {
        if (_presences.Count > 0)
        {
            isSomething = true;
            HandOverPresences();
        }

        if (_hasWantlist && (_entries.Count > 0 || _isFull))
        {
            isSomething = true;
            sink.OnWantlist(peer, _entries, _isFull);
        }

        ReleaseEntries();
        (_hasWantlist, _isFull) = (false, false);
        _empty = isSomething ? 0 : _empty + 1;
        if (_empty > BitswapProtocol.MaxEmptyMessages)
            throw new ProtocolViolationException($"{peer} sends one message after the other that says nothing.");
    }

    private void HandOverPresences()
    {
        sink.OnPresences(peer, _presences);
        _presences.Clear();
    }

    private void ReleaseEntries()
    {
        _entries.Clear();
        if (_reservedForEntries == 0)
            return;
        _entries.Capacity = 0;
        stream.ReleaseMemory(_reservedForEntries);
        _reservedForEntries = 0;
    }

    private void Release(ref PooledBuffer? data)
    {
        if (data is null)
            return;
        stream.ReleaseMemory(data.Memory.Length);
        data.Dispose();
        data = null;
    }
}
