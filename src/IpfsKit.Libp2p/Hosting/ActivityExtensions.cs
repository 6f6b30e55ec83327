using System.Diagnostics;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The tags of spans. Unlike those of metrics they name peers and protocols, since there is a span for each.</summary>
internal static class ActivityExtensions
{
    /// <summary>Says with whom.</summary>
    public static void SetPeer(this Activity? activity, PeerId peer)
    {
        // Nobody listens, usually: then no text is made.
        if (activity is { IsAllDataRequested: true })
            activity.SetTag("peer", peer.ToString());
    }

    /// <summary>Says who began it.</summary>
    public static void SetDirection(this Activity? activity, ConnectionDirection direction) => activity?.SetTag("direction", Libp2pTags.Of(direction));

    /// <summary>Says how it ended; what is not done is an error.</summary>
    public static void SetOutcome(this Activity? activity, Outcome outcome, Exception? failure)
    {
        if (activity is null)
            return;
        activity.SetTag("outcome", Libp2pTags.Of(outcome));
        if (outcome != Outcome.Done)
            activity.SetStatus(ActivityStatusCode.Error, failure?.Message);
    }
}
