using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Takes messages in parts, as they arrive. Lists are the reader's again when a call returns. The calls for one stream follow each other; those for two streams of a peer need not.</summary>
internal interface IMessageSink
{
    /// <summary>What the peer wants: in all if <paramref name="isFull"/>, else what has changed.</summary>
    void OnWantlist(PeerId peer, IReadOnlyList<WantlistEntry> entries, bool isFull);

    /// <summary>A block, which the sink now owns. Nothing more is read from the stream until this completes.</summary>
    ValueTask OnBlockAsync(PeerId peer, ReceivedBlock block, CancellationToken cancellationToken);

    /// <summary>Whether the peer has what it was asked about.</summary>
    void OnPresences(PeerId peer, IReadOnlyList<BlockPresence> presences);
}
