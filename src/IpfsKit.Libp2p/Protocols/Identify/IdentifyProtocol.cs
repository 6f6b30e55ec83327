namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>Identify: a peer says who it is, where it is, what it speaks, and where it sees the other one; and says so again when it changes.</summary>
/// <remarks>
/// The answer is one or more messages with their lengths, to the end of the stream, which are merged. Spec: <see href="https://github.com/libp2p/specs/blob/master/identify/README.md"/>.
/// Discrepancy: js-libp2p reads the first message only, so all that fits into one is sent as one.
/// </remarks>
internal static class IdentifyProtocol
{
    /// <summary>The protocol's id. Who opens the stream is told.</summary>
    public const string Id = "/ipfs/id/1.0.0";

    /// <summary>The protocol's id for changes. Who opens the stream tells.</summary>
    public const string PushId = "/ipfs/id/push/1.0.0";

    /// <summary>The largest message that is read.</summary>
    public const int MaxMessageBytes = 8 * 1024;

    /// <summary>The most messages that are read and merged.</summary>
    public const int MaxMessages = 10;

    /// <summary>The largest message that is sent.</summary>
    public const int MaxSentBytes = 4 * 1024;

    /// <summary>The most addresses of a peer that are looked at.</summary>
    public const int MaxAddresses = 500;

    /// <summary>The most protocols of a peer that are looked at.</summary>
    public const int MaxProtocols = 1024;

    /// <summary>The most pushes of a peer that are read in <see cref="PushInterval"/>; go-libp2p sends one for each change. After further ones the peer is asked, once.</summary>
    public const int MaxPushes = 16;

    /// <summary>How often a peer is asked at most when a push came meanwhile.</summary>
    public const int MaxQuestions = 3;

    /// <summary>The name of the service whose limits both protocols share.</summary>
    public const string Service = "identify";

    /// <summary>The time in which <see cref="MaxPushes"/> count.</summary>
    public static readonly TimeSpan PushInterval = TimeSpan.FromSeconds(10);
}
