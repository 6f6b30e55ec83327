using Google.Protobuf;
using IpfsKit.Libp2p.Protocols.Identify.Wire;

namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>The messages of identify: into such as others read, and back.</summary>
internal static class IdentifyCodec
{
    /// <summary>Fields that nobody knows are not kept: an object for each of them would be many times what was sent.</summary>
    private static readonly MessageParser<IdentifyMessage> Parser = IdentifyMessage.Parser.WithDiscardUnknownFields(true);

    /// <summary>Splits a message into such of at most <see cref="IdentifyProtocol.MaxSentBytes"/>. What cannot be sent so is left out: the last addresses and protocols of more than fit into ten messages, a record that is too large.</summary>
    public static IReadOnlyList<byte[]> Split(IdentifyMessage message)
    {
        if (message.CalculateSize() <= IdentifyProtocol.MaxSentBytes)
            return [message.ToByteArray()];

        var parts = new List<IdentifyMessage> { new() };
        Add(part => part.PublicKey = message.PublicKey, message.HasPublicKey);
        Add(part => part.ProtocolVersion = message.ProtocolVersion, message.HasProtocolVersion);
        Add(part => part.AgentVersion = message.AgentVersion, message.HasAgentVersion);
        Add(part => part.ObservedAddr = message.ObservedAddr, message.HasObservedAddr);
        foreach (var protocol in message.Protocols)
            Add(part => part.Protocols.Add(protocol), true);
        foreach (var address in message.ListenAddrs)
            Add(part => part.ListenAddrs.Add(address), true);
        Add(part => part.SignedPeerRecord = message.SignedPeerRecord, message.HasSignedPeerRecord);
        return [.. parts.Select(part => part.ToByteArray()).Where(part => part.Length <= IdentifyProtocol.MaxMessageBytes).Take(IdentifyProtocol.MaxMessages)];

        void Add(Action<IdentifyMessage> add, bool isThere)
        {
            if (!isThere)
                return;
            var grown = parts[^1].Clone();
            add(grown);
            if (grown.CalculateSize() <= IdentifyProtocol.MaxSentBytes || parts[^1].CalculateSize() == 0)
            {
                parts[^1] = grown;
                return;
            }

            parts.Add(new IdentifyMessage());
            add(parts[^1]);
        }
    }

    /// <summary>Merges one more message into what came before.</summary>
    /// <exception cref="ProtocolViolationException">It is no such message.</exception>
    public static void Merge(IdentifyMessage into, ReadOnlySpan<byte> message)
    {
        try
        {
            into.MergeFrom(Parser.ParseFrom(message));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ProtocolViolationException("The peer sends an identify message that is none.", e);
        }
    }
}
