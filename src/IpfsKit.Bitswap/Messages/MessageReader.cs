using IpfsKit.Libp2p;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Reads the messages of one stream and hands their parts over as they arrive.</summary>
/// <remarks>
/// <code>
/// varint length · message
/// message:  wantlist = 1 { entries = 1 { … }, full = 2 } · blocks = 2 (bytes) · payload = 3 { prefix = 1, data = 2 } · blockPresences = 4 { … } · pendingBytes = 5
/// </code>
/// The fields may come in any order and any number; unknown ones are skipped. A block is read from the stream straight into the buffer that will be the block's, so that a message of 4 MiB takes the memory of its largest block
/// (<see cref="BlockReader"/>). Wants and presences are handed over at the end of their message (<see cref="EntriesReader"/>). What names a block that cannot be asked for (identity CIDs, digests of less than 20 bytes, CIDs that are
/// none) is ignored and counted, as js and Go peers send it in good faith; what breaks the framing, or a limit, is a <see cref="ProtocolViolationException"/>. Spec: <see href="https://specs.ipfs.tech/bitswap-protocol/"/>.
/// </remarks>
internal sealed class MessageReader : IDisposable
{
    private readonly PeerId _peer;
    private readonly ReadDeadline _deadline;
    private readonly MessageInput _input;
    private readonly MessageFields _fields;
    private readonly BlockReader _blocks;
    private readonly EntriesReader _entries;
    private int _empty;

    /// <summary>Makes one.</summary>
    /// <param name="stream">What is read; stays the caller's.</param>
    /// <param name="peer">Whose.</param>
    /// <param name="sink">Gets what is read.</param>
    /// <param name="deadline">How long it may take; stays the caller's.</param>
    public MessageReader(IMuxedStream stream, PeerId peer, IMessageSink sink, ReadDeadline deadline)
    {
        (_peer, _deadline, _input) = (peer, deadline, new MessageInput(stream));
        _fields = new MessageFields(_input, peer, deadline);
        var memory = new StreamMemory(stream, deadline);
        _blocks = new BlockReader(_input, _fields, memory, peer, sink, deadline);
        _entries = new EntriesReader(_input, _fields, memory, peer, sink, deadline);
    }

    /// <summary>How many messages were read.</summary>
    public long Messages { get; private set; }

    /// <summary>How many bytes the last message had, with its length.</summary>
    public int MessageBytes { get; private set; }

    /// <summary>Whether a part of a message was read.</summary>
    public bool IsWithinMessage { get; private set; }

    /// <summary>How many blocks, wants and presences were ignored.</summary>
    public long Ignored => _blocks.Ignored + _entries.Ignored;

    /// <summary>Reads one message.</summary>
    /// <returns>False if the other side has ended.</returns>
    /// <exception cref="ProtocolViolationException">It does not follow the protocol.</exception>
    /// <exception cref="ResourceLimitExceededException">There was no memory for what it sends for too long.</exception>
    /// <exception cref="OperationCanceledException">It took too long, or the deadline's token was cancelled.</exception>
    public async ValueTask<bool> ReadAsync()
    {
        _deadline.AwaitMessage();
        await _input.WaitAsync(_deadline.Token).ConfigureAwait(false);
        if (await ReadLengthAsync().ConfigureAwait(false) is not { } length)
            return false;
        _deadline.Begin(length);
        IsWithinMessage = true;
        var hasBlocks = await ReadFieldsAsync(length).ConfigureAwait(false);
        IsWithinMessage = false;
        Messages++;
        MessageBytes = length + Varint.GetByteCount((ulong)length);
        _empty = _entries.HandOver() || hasBlocks ? 0 : _empty + 1;
        if (_empty > BitswapProtocol.MaxEmptyMessages)
            throw new ProtocolViolationException($"{_peer} sends one message after the other that says nothing.");
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _entries.Dispose();
    }

    private async ValueTask<int?> ReadLengthAsync()
    {
        while (true)
        {
            var status = Varint.Read(_input.Available, out var length, out var read);
            if (status == VarintStatus.Done)
            {
                if (length > BitswapProtocol.MaxMessageBytes)
                    throw new ProtocolViolationException($"{_peer} sends a message of {length} bytes; {BitswapProtocol.MaxMessageBytes} are allowed.");
                _input.Advance(read);
                _input.Position = 0;
                return (int)length;
            }

            if (status != VarintStatus.NeedMoreData)
                throw new ProtocolViolationException($"{_peer} sends a length that is no varint.");
            var isFirst = _input.Available.IsEmpty;
            if (!isFirst)
            {
                IsWithinMessage = true;
                _deadline.Begin(0);
            }

            if (!await _input.FillAsync(_deadline.Token).ConfigureAwait(false))
                return isFirst ? null : throw new ProtocolViolationException($"{_peer} ended within the length of a message.");
        }
    }

    /// <returns>Whether there were blocks.</returns>
    private async ValueTask<bool> ReadFieldsAsync(int end)
    {
        var hasBlocks = false;
        while (_fields.Position < end)
        {
            var field = await _fields.ReadAsync(end).ConfigureAwait(false);
            hasBlocks |= field.IsBytes(2) || field.IsBytes(3);
            var reading = (field.WireType, field.Number) switch
            {
                (ProtoWireType.Bytes, 1) => _entries.ReadWantlistAsync(_fields.Position + (int)field.Value),
                (ProtoWireType.Bytes, 2) => _blocks.ReadBareAsync((int)field.Value),
                (ProtoWireType.Bytes, 3) => _blocks.ReadPayloadAsync(_fields.Position + (int)field.Value),
                (ProtoWireType.Bytes, 4) => _entries.ReadPresenceAsync((int)field.Value),
                _ => _fields.SkipAsync(field),
            };
            await reading.ConfigureAwait(false);
        }

        return hasBlocks;
    }
}
