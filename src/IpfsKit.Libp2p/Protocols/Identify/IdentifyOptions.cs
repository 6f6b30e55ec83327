namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>The protocol by which peers say who they are.</summary>
public sealed class IdentifyOptions
{
    /// <summary>What the host calls its software.</summary>
    /// <value>Text, at most 64 characters. Default: <c>ipfskit</c> and the version.</value>
    public string? AgentVersion { get; set; }

    /// <summary>The family of protocols that it speaks.</summary>
    /// <value>Text, at most 64 characters. Default: <c>ipfs/0.1.0</c>.</value>
    public string ProtocolVersion { get; set; } = "ipfs/0.1.0";

    /// <summary>How long asking a peer may take, and how long a peer may take to ask.</summary>
    /// <value>100 ms to 5 min. Default: 5 s.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most peers that are told of a change at once.</summary>
    /// <value>1 to 1,024. Default: 32.</value>
    public int MaxConcurrentPushes { get; set; } = 32;

    /// <summary>How long changes are gathered before peers are told.</summary>
    /// <value>0 to 1 min. Default: 1 s.</value>
    public TimeSpan PushDelay { get; set; } = TimeSpan.FromSeconds(1);
}
