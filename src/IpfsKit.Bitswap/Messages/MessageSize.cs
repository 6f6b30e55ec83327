using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>How many bytes the parts of a message take, so that whoever fills a message knows when it is full.</summary>
internal static class MessageSize
{
    /// <summary>More than what a message takes beside its parts: the starts of its fields, whether the wantlist is full, and the pending bytes.</summary>
    public const int Overhead = 32;

    /// <summary>An entry of a wantlist, with the start of its field.</summary>
    public static int Of(in WantlistEntry entry, BitswapVersion version) => WithStart(BodyOf(entry, version));

    /// <summary>A presence, with the start of its field.</summary>
    public static int Of(in BlockPresence presence) => WithStart(BodyOf(presence));

    /// <summary>A block, with the start of its field.</summary>
    public static int Of(Block block, BitswapVersion version) => WithStart(version.HasPrefixes() ? BodyOf(block) : block.Size);

    /// <summary>A message, without its length.</summary>
    public static int Of(OutboundMessage message, BitswapVersion version)
    {
        long size = HasWantlist(message) ? WithStart(BodyOfWantlist(message, version)) : 0;
        foreach (var block in message.Blocks)
            size += Of(block, version);
        if (version.HasPresences())
        {
            foreach (var presence in message.Presences)
                size += Of(presence);
            size += Number(message.PendingBytes);
        }

        return checked((int)size);
    }

    /// <summary>Whether there is a wantlist in it.</summary>
    public static bool HasWantlist(OutboundMessage message) => message.Wantlist.Count > 0 || message.IsFull;

    /// <summary>The wantlist, without the start of its field.</summary>
    public static int BodyOfWantlist(OutboundMessage message, BitswapVersion version)
    {
        long size = message.IsFull ? 2 : 0;
        foreach (ref readonly var entry in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(message.Wantlist))
            size += Of(entry, version);
        return checked((int)size);
    }

    /// <summary>An entry, without the start of its field.</summary>
    public static int BodyOf(in WantlistEntry entry, BitswapVersion version)
    {
        var size = WithStart(entry.Cid.ByteCount) + Number(entry.Priority) + (entry.IsCancel ? 2 : 0);
        if (version.HasPresences())
            size += (entry.Kind == WantKind.Have ? 2 : 0) + (entry.SendDontHave ? 2 : 0);
        return size;
    }

    /// <summary>A presence, without the start of its field.</summary>
    public static int BodyOf(in BlockPresence presence) => WithStart(presence.Cid.ByteCount) + (presence.IsHere ? 0 : 2);

    /// <summary>A block with its prefix, without the start of its field.</summary>
    public static int BodyOf(Block block) => WithStart(PrefixOf(block.Cid)) + (block.Size > 0 ? WithStart(block.Size) : 0);

    /// <summary>The prefix of a CID.</summary>
    public static int PrefixOf(in Cid cid) => 1 + Varint.GetByteCount((ulong)cid.Codec) + Varint.GetByteCount((ulong)cid.Hash.Code) + Varint.GetByteCount((ulong)cid.Hash.DigestLength);

    // All fields have numbers below 16, so that a tag takes one byte.
    private static int WithStart(int body) => 1 + Varint.GetByteCount((ulong)body) + body;

    // A negative number is written with the 64 bits to which it is extended.
    private static int Number(int value) => value == 0 ? 0 : value < 0 ? 1 + ProtoReader.MaxVarintBytes : 1 + Varint.GetByteCount((ulong)value);
}
