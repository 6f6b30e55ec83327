using IpfsKit.Ipld;
using IpfsKit.Libp2p;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Writes messages. The parts follow each other as their fields are numbered, and values that are the default are left out, so that a message has one form.</summary>
internal static class MessageWriter
{
    // Copying less is cheaper than a frame of its own.
    private const int MostCopiedBytes = 16 * 1024;

    /// <summary>Writes a message, its length first. Large blocks are written from where they are. Presences are left out for peers that do not know them.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="message">What; stays the caller's.</param>
    /// <param name="version">What the peer understands.</param>
    /// <param name="cancellationToken">Gives up; a part may have been written then: reset the stream.</param>
    /// <returns>How many bytes the message has.</returns>
    /// <exception cref="ArgumentException">It is larger than <see cref="BitswapProtocol.MaxMessageBytes"/>.</exception>
    public static async ValueTask<int> WriteAsync(IMuxedStream stream, OutboundMessage message, BitswapVersion version, CancellationToken cancellationToken)
    {
        var size = MessageSize.Of(message, version);
        if (size > BitswapProtocol.MaxMessageBytes)
            throw new ArgumentException($"The message has {size} bytes; {BitswapProtocol.MaxMessageBytes} are allowed.", nameof(message));
        var buffer = new MessageBuffer(stream, size);
        buffer.WriteVarint((ulong)size);
        if (MessageSize.HasWantlist(message))
            await WriteWantlistAsync(buffer, message, version, cancellationToken).ConfigureAwait(false);
        foreach (var block in message.Blocks)
            await WriteBlockAsync(stream, buffer, block, version, cancellationToken).ConfigureAwait(false);
        if (version.HasPresences())
        {
            foreach (var presence in message.Presences)
            {
                if (buffer.Room < MessageSize.Of(presence))
                    await buffer.FlushAsync(cancellationToken).ConfigureAwait(false);
                WritePresence(buffer, presence);
            }

            if (buffer.Room < MessageSize.Overhead)
                await buffer.FlushAsync(cancellationToken).ConfigureAwait(false);
            buffer.WriteNumber(5, message.PendingBytes);
        }

        await buffer.FlushAsync(cancellationToken).ConfigureAwait(false);
        buffer.Return();
        return size;
    }

    private static async ValueTask WriteWantlistAsync(MessageBuffer buffer, OutboundMessage message, BitswapVersion version, CancellationToken cancellationToken)
    {
        buffer.WriteStart(1, MessageSize.BodyOfWantlist(message, version));
        foreach (var entry in message.Wantlist)
        {
            if (buffer.Room < MessageSize.Of(entry, version))
                await buffer.FlushAsync(cancellationToken).ConfigureAwait(false);
            WriteEntry(buffer, entry, version);
        }

        if (buffer.Room < MessageSize.Overhead)
            await buffer.FlushAsync(cancellationToken).ConfigureAwait(false);
        buffer.WriteNumber(2, message.IsFull ? 1 : 0);
    }

    private static async ValueTask WriteBlockAsync(IMuxedStream stream, MessageBuffer buffer, Block block, BitswapVersion version, CancellationToken cancellationToken)
    {
        var size = MessageSize.Of(block, version);
        if (buffer.Room < (block.Size <= MostCopiedBytes ? size : size - block.Size))
            await buffer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (version.HasPrefixes())
        {
            buffer.WriteStart(3, MessageSize.BodyOf(block));
            WritePrefix(buffer, block);
        }

        if (!version.HasPrefixes() || block.Size > 0)
            buffer.WriteStart(2, block.Size);
        if (block.Size <= MostCopiedBytes)
        {
            buffer.Write(block.Data.Span);
            return;
        }

        await buffer.FlushAsync(cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(block.Data, cancellationToken).ConfigureAwait(false);
    }

    private static void WritePrefix(MessageBuffer buffer, Block block)
    {
        var cid = block.Cid;
        buffer.WriteStart(1, MessageSize.PrefixOf(cid));
        buffer.WriteVarint((ulong)cid.Version);
        buffer.WriteVarint((ulong)cid.Codec);
        buffer.WriteVarint((ulong)cid.Hash.Code);
        buffer.WriteVarint((ulong)cid.Hash.DigestLength);
    }

    private static void WriteEntry(MessageBuffer buffer, in WantlistEntry entry, BitswapVersion version)
    {
        buffer.WriteStart(1, MessageSize.BodyOf(entry, version));
        buffer.WriteCid(1, entry.Cid);
        buffer.WriteNumber(2, entry.Priority);
        buffer.WriteNumber(3, entry.IsCancel ? 1 : 0);
        if (!version.HasPresences())
            return;
        buffer.WriteNumber(4, (int)entry.Kind);
        buffer.WriteNumber(5, entry.SendDontHave ? 1 : 0);
    }

    private static void WritePresence(MessageBuffer buffer, in BlockPresence presence)
    {
        buffer.WriteStart(4, MessageSize.BodyOf(presence));
        buffer.WriteCid(1, presence.Cid);
        buffer.WriteNumber(2, presence.IsHere ? 0 : 1);
    }
}
