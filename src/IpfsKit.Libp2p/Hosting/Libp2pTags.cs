using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The values of tags, in words. All of them are closed sets.</summary>
internal static class Libp2pTags
{
    public static string Of(ScopeKind scope) => scope switch
    {
        ScopeKind.System => "system",
        ScopeKind.Transient => "transient",
        ScopeKind.Service => "service",
        ScopeKind.Protocol => "protocol",
        ScopeKind.Peer => "peer",
        ScopeKind.Connection => "connection",
        ScopeKind.Stream => "stream",
        _ => "address",
    };

    public static string Of(ResourceKind resource) => resource switch
    {
        ResourceKind.Memory => "memory",
        ResourceKind.Connections => "connections",
        ResourceKind.Streams => "streams",
        _ => "descriptors",
    };

    public static string Of(ConnectionDirection direction) => direction == ConnectionDirection.Inbound ? "inbound" : "outbound";

    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Done => "done",
        Outcome.Refused => "refused",
        Outcome.Timeout => "timeout",
        Outcome.Cancelled => "cancelled",
        _ => "failed",
    };
}
