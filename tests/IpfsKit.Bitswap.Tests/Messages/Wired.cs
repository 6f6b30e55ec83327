using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Messages;

/// <summary>Bytes of messages.</summary>
internal static class Wired
{
    public static PeerId Peer { get; } = PeerId.FromPublicKey(new byte[36]);

    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>A message with its length.</summary>
    public static byte[] Framed(params ReadOnlySpan<byte> message)
    {
        var bytes = new byte[Varint.MaxBytes + message.Length];
        var length = Varint.Write(bytes, (ulong)message.Length);
        message.CopyTo(bytes.AsSpan(length));
        return bytes[..(length + message.Length)];
    }

    /// <summary>A field with bytes.</summary>
    public static byte[] Field(int number, params ReadOnlySpan<byte> value) => [(byte)((number << 3) | 2), .. Framed(value)];

    /// <summary>What is read of the bytes of a stream that ends behind them.</summary>
    public static async Task<(RecordingSink Sink, MessageReader Reader)> ReadAllAsync(byte[] bytes, int mostPerRead = int.MaxValue)
    {
        var sink = new RecordingSink();
        using var deadline = new ReadDeadline(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
        using var reader = new MessageReader(TestStream.Of(bytes, mostPerRead), Peer, sink, deadline);
        while (await reader.ReadAsync())
        {
        }

        return (sink, reader);
    }

    public static async Task<byte[]> WriteAsync(OutboundMessage message, BitswapVersion version)
    {
        var stream = new TestStream();
        await MessageWriter.WriteAsync(stream, message, version, TestContext.Current.CancellationToken);
        return stream.Written.ToArray();
    }

    public static OutboundMessage Message(IEnumerable<WantlistEntry>? wantlist = null, bool isFull = false, IEnumerable<Block>? blocks = null, IEnumerable<BlockPresence>? presences = null, int pendingBytes = 0)
    {
        var message = new OutboundMessage { IsFull = isFull, PendingBytes = pendingBytes };
        message.Wantlist.AddRange(wantlist ?? []);
        message.Blocks.AddRange(blocks ?? []);
        message.Presences.AddRange(presences ?? []);
        return message;
    }

    public static CidPrefix PrefixOf(Cid cid) => new(cid.Version, cid.Codec, cid.Hash.Code, cid.Hash.DigestLength);
}
