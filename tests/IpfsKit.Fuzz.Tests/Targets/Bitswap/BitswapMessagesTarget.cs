using IpfsKit.Bitswap.Messages;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Bitswap;

/// <summary>What a peer sends over a stream of bitswap. Nothing is handed over that it did not send, and nobody could ask for.</summary>
internal sealed class BitswapMessagesTarget : ThrowingTarget
{
    private static readonly PeerId Peer = PeerId.FromPublicKey(new byte[36]);
    private static readonly byte[] V0 = [0x12, 0x20, .. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] V1 = [1, 0x55, .. V0];

    public override string Name => "bitswap-messages";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return Prefixed([.. Field(1, [.. Field(1, [.. Field(1, V1), 0x10, 7, 0x18, 0, 0x20, 1, 0x28, 1]), .. Field(1, [.. Field(1, V0), 0x18, 1]), 0x10, 1]), 0x28, 0xac, 2]);
            yield return Prefixed([.. Field(2, [1, 2, 3, 4]), .. Field(2, [])]);
            yield return [.. Prefixed([.. Field(3, [.. Field(1, V1.AsSpan(0, 4)), .. Field(2, new byte[300])]), .. Field(4, [.. Field(1, V1)]), .. Field(4, [.. Field(1, V0), 0x10, 1])]), 0, .. Prefixed(Field(1, [0x10, 1]))];
            yield return Prefixed([.. Field(3, [.. Field(2, [5, 6]), .. Field(1, [0, 0x70, 0x12, 0x20])]), .. Field(9, new byte[20]), 0x55, 1, 2, 3, 4, 0x59, 1, 2, 3, 4, 5, 6, 7, 8]);
        }
    }

    /// <summary>A reader with its lists, which grow by what comes; blocks as large as they claim to be, up to the largest, since they are read to where they stay.</summary>
    public override long GetAllowedBytes(int inputBytes) => (3 * ExceptionBytes) + (64 * 1024) + (5L << 20) + (64 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        var sink = new Sink();
        using var deadline = new ReadDeadline(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        using var reader = new MessageReader(new Bytes(input), Peer, sink, deadline);
        while (reader.ReadAsync().AsTask().GetAwaiter().GetResult())
        {
        }

        if (sink.BlockBytes > input.Length)
            throw new InvalidOperationException($"{input.Length} bytes became blocks of {sink.BlockBytes}.");
    }

    protected override bool IsDeclared(Exception exception) => exception is ProtocolViolationException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) =>
        Varint.TryRead(input, out var length, out var read) && length > 0 && length <= (ulong)(input.Length - read) && input[read] is 0x0a or 0x12 or 0x1a or 0x22 or 0x28;

    private static byte[] Field(int number, params ReadOnlySpan<byte> value) => [(byte)((number << 3) | 2), .. Prefixed(value)];

    private static byte[] Prefixed(ReadOnlySpan<byte> value)
    {
        var length = new byte[Varint.MaxBytes];
        return [.. length.AsSpan(0, Varint.Write(length, (ulong)value.Length)), .. value];
    }

    private sealed class Sink : IMessageSink
    {
        public long BlockBytes { get; private set; }

        public void OnWantlist(PeerId peer, IReadOnlyList<WantlistEntry> entries, bool isFull)
        {
            foreach (var entry in entries)
                Check(entry.Cid);
        }

        public ValueTask OnBlockAsync(PeerId peer, ReceivedBlock block, CancellationToken cancellationToken)
        {
            BlockBytes += block.Buffer.Memory.Length;
            if (block.Prefix.DigestBytes is < 20 or > 128 || block.Prefix.Hash == Multicodec.Identity)
                throw new InvalidOperationException($"A block came as {block.Prefix}.");
            block.Dispose();
            return default;
        }

        public void OnPresences(PeerId peer, IReadOnlyList<BlockPresence> presences)
        {
            foreach (var presence in presences)
                Check(presence.Cid);
        }

        private static void Check(in Cid cid)
        {
            if (cid.Hash.IsIdentity || cid.Hash.DigestLength < 20)
                throw new InvalidOperationException($"{cid} is nothing to ask for.");
        }
    }

    private sealed class Bytes(ReadOnlyMemory<byte> input) : IMuxedStream
    {
        private ReadOnlyMemory<byte> _left = input;

        public long Id => 1;

        public ConnectionDirection Direction => ConnectionDirection.Inbound;

        public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // In parts, so that what is read spans them.
            var read = Math.Min(Math.Min(buffer.Length, _left.Length), 61);
            _left[..read].CopyTo(buffer);
            _left = _left[read..];
            return ValueTask.FromResult(read);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => default;

        public void Reset()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
