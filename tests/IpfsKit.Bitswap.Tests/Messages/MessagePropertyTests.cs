using CsCheck;
using Google.Protobuf;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Tests.Messages.Wire;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Generators;
using static IpfsKit.Bitswap.Tests.Messages.Wired;

namespace IpfsKit.Bitswap.Tests.Messages;

/// <summary>Any message, against code that protobuf's own compiler made of the schema.</summary>
public sealed class MessagePropertyTests
{
    private static readonly Gen<Cid> AskableCid = MultiformatsGen.Cid.Where(cid => !cid.Hash.IsIdentity && cid.Hash.DigestLength >= 20);

    private static readonly Gen<WantlistEntry> Entry = Gen.Select(
        AskableCid, Gen.Enum<WantKind>(), Gen.Int, Gen.Bool, Gen.Bool, (cid, kind, priority, sendDontHave, isCancel) => new WantlistEntry(cid, kind, priority, sendDontHave, isCancel));

    private static readonly Gen<BlockPresence> Presence = Gen.Select(AskableCid, Gen.Bool, (cid, isHere) => new BlockPresence(cid, isHere));

    private static readonly Gen<Block> SomeBlock = Gen.Select(AskableCid, Gen.OneOf(Gen.Int[0, 100], Gen.Int[16_000, 70_000]), Gen.Byte, (cid, size, fill) =>
    {
        var data = new byte[size];
        Array.Fill(data, fill);
        return Block.CreateUnverified(cid, data);
    });

    private static readonly Gen<OutboundMessage> SomeMessage = Gen.Select(
        Entry.Array[0, 40], Gen.Bool, SomeBlock.Array[0, 5], Presence.Array[0, 40], Gen.Int, (entries, isFull, blocks, presences, pending) => Message(entries, isFull, blocks, presences, pending));

    [Fact]
    public async Task Message_Written_IsWhatProtobufWrites() => await SomeMessage.SampleAsync(
        async message =>
        {
            var expected = ToWire(message).ToByteArray();
            Assert.Equal(expected.Length, MessageSize.Of(message, BitswapVersion.V120));
            Assert.Equal(Framed(expected), await WriteAsync(message, BitswapVersion.V120));
        },
        iter: Soak.Count(200, 10_000),
        threads: 1);

    [Fact]
    public async Task Message_ReadInPiecesOfAnySize_IsWhatWasWritten() => await Gen.Select(SomeMessage.Array[1, 3], Gen.OneOf(Gen.Int[1, 30], Gen.Const(int.MaxValue))).SampleAsync(
        async (messages, mostPerRead) =>
        {
            using var bytes = new MemoryStream();
            foreach (var message in messages)
                bytes.Write(await WriteAsync(message, BitswapVersion.V120));
            var (sink, reader) = await ReadAllAsync(bytes.ToArray(), mostPerRead);
            Assert.Equal(messages.Where(message => message.Wantlist.Count > 0 || message.IsFull).SelectMany(message => message.Wantlist), sink.Wantlists.SelectMany(list => list.Entries));
            Assert.Equal(messages.Where(message => message.Wantlist.Count > 0 || message.IsFull).Select(message => message.IsFull), sink.Wantlists.Select(list => list.IsFull));
            Assert.Equal(messages.SelectMany(message => message.Presences), sink.Presences.SelectMany(list => list));
            Assert.Equal(messages.SelectMany(message => message.Blocks).Select(block => PrefixOf(block.Cid)), sink.Blocks.Select(block => block.Prefix));
            Assert.All(messages.SelectMany(message => message.Blocks).Zip(sink.Blocks), pair => Assert.True(pair.First.Data.Span.SequenceEqual(pair.Second.Data)));
            Assert.Equal((messages.Length, 0), (reader.Messages, reader.Ignored));
        },
        iter: Soak.Count(100, 5_000),
        threads: 1);

    private static WireMessage ToWire(OutboundMessage message)
    {
        var wire = new WireMessage { PendingBytes = message.PendingBytes };
        if (message.Wantlist.Count > 0 || message.IsFull)
        {
            wire.Wantlist = new WireWantlist { Full = message.IsFull };
            wire.Wantlist.Entries.AddRange(message.Wantlist.Select(entry => new WireEntry
            {
                Block = ByteString.CopyFrom(entry.Cid.ToBytes()),
                Priority = entry.Priority,
                Cancel = entry.IsCancel,
                WantType = (int)entry.Kind,
                SendDontHave = entry.SendDontHave,
            }));
        }

        wire.Payload.AddRange(message.Blocks.Select(block => new WireBlock { Prefix = ByteString.CopyFrom(Prefix(block.Cid)), Data = ByteString.CopyFrom(block.Data.Span) }));
        wire.BlockPresences.AddRange(message.Presences.Select(presence => new WirePresence { Cid = ByteString.CopyFrom(presence.Cid.ToBytes()), Type = presence.IsHere ? 0 : 1 }));
        return wire;
    }

    private static byte[] Prefix(Cid cid)
    {
        var bytes = new byte[4 * Varint.MaxBytes];
        var length = 0;
        foreach (var value in (ReadOnlySpan<ulong>)[(ulong)cid.Version, (ulong)cid.Codec, (ulong)cid.Hash.Code, (ulong)cid.Hash.DigestLength])
            length += Varint.Write(bytes.AsSpan(length), value);
        return bytes[..length];
    }
}
