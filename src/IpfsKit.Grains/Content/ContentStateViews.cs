using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Heat;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>What callers see of a <see cref="ContentState"/>.</summary>
internal static class ContentStateViews
{
    /// <summary>How far a registration has come. A root that is being removed is not registered.</summary>
    public static ContentRegistration ToRegistration(this ContentState state) => new()
    {
        Status = state.Life switch
        {
            ContentLife.Pending => ContentStatus.Pending,
            ContentLife.Committed => ContentStatus.Committed,
            _ => ContentStatus.None,
        },
        Acknowledged = state.Placements.Count,
        Required = state.Required,
        Epoch = state.Epoch,
        Revision = state.Revision,
        CommittedAt = state.CommittedAt,
        Pin = state.ToPin(),
        WholeDag = state.WholeDag,
    };

    /// <summary>Everything known of a committed root.</summary>
    public static ContentInfo ToInfo(this ContentState state, in RootHeat heat, DateTimeOffset now)
    {
        var decayed = heat.Heat.Decay(now);
        return new ContentInfo
        {
            Root = Cid.Parse(state.Root),
            SizeBytes = state.SizeBytes,
            DagBytes = state.DagBytes,
            Blocks = state.Blocks,
            CommittedAt = state.CommittedAt ?? default,
            Pin = state.ToPin(),
            WholeDag = state.WholeDag,
            Placements = [.. state.Placements.Select(placement => new NodePlacement { Node = PeerId.Parse(placement.Node), Since = placement.Since })],
            Heat = new HeatInfo
            {
                Score = decayed.Score,
                Hour = decayed.Hour,
                Week = decayed.Week,
                Accesses = heat.Accesses,
                BytesServed = heat.Bytes,
                LastAccess = heat.Accesses == 0 ? null : heat.Heat.At,
            },
        };
    }

    /// <summary>Where a committed root can be had.</summary>
    public static ContentSources ToSources(this ContentState state) => new()
    {
        Root = Cid.Parse(state.Root),
        SizeBytes = state.SizeBytes,
        DagBytes = state.DagBytes,
        Blocks = state.Blocks,
        WholeDag = state.WholeDag,
        Epoch = state.Epoch,
        Holders = [.. state.Placements.Select(placement => PeerId.Parse(placement.Node))],
        Providers =
        [
            .. (state.Providers ?? []).Select(provider => new ProviderHint
            {
                Peer = PeerId.Parse(provider.Peer),
                Addresses = [.. provider.Addresses.Select(text => Multiaddr.TryParse(text, out var address) ? address : default).Where(address => !address.IsDefault)],
            }),
        ],
    };

    /// <summary>The pin, or null.</summary>
    public static PinInfo? ToPin(this ContentState state) => state.Pin is { } pin
        ? new PinInfo { Cid = Cid.Parse(state.Root), Mode = pin.Mode, Name = pin.Name, PinnedAt = pin.PinnedAt }
        : null;
}
