using System.Globalization;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Server;

/// <summary>What <see cref="BitswapServerOptions"/> may be.</summary>
internal static class BitswapServerOptionsRules
{
    /// <summary>All faults, each with the setting and the value seen; the setting begins with the section.</summary>
    public static IEnumerable<string> Faults(BitswapServerOptions options)
    {
        const long Most = 1L << 50;
        List<string> faults = [];
        Within(options.MaxWantsPerPeer, 1, 65_536, nameof(options.MaxWantsPerPeer));
        Within(options.InlineBlockBytes, 0, 64 << 10, nameof(options.InlineBlockBytes));
        Within(options.TargetMessageBytes, 1 << 10, 1 << 20, nameof(options.TargetMessageBytes));
        Within(options.SendWorkers, 1, 256, nameof(options.SendWorkers));
        Within(options.LookupWorkers, 1, 256, nameof(options.LookupWorkers));
        Within(options.MaxOutstandingBytesPerPeer, 16 << 10, 64 << 20, nameof(options.MaxOutstandingBytesPerPeer));
        Within(options.MaxOutstandingBytes, 2 << 20, 64L << 30, nameof(options.MaxOutstandingBytes));
        Check(options.StalledSendTimeout >= TimeSpan.FromMilliseconds(100) && options.StalledSendTimeout <= TimeSpan.FromMinutes(10), nameof(options.StalledSendTimeout), options.StalledSendTimeout, "100 ms to 10 min");
        Within(options.EgressBytesPerSecond ?? Most, 16 << 10, Most, nameof(options.EgressBytesPerSecond));
        Within(options.EgressBytesPerSecondPerPeer ?? Most, 16 << 10, Most, nameof(options.EgressBytesPerSecondPerPeer));
        Within(options.ClusterWeight, 1, 1000, nameof(options.ClusterWeight));
        Within(options.PinnedWeight, 1, 1000, nameof(options.PinnedWeight));
        Within(options.EveryoneWeight, 1, 1000, nameof(options.EveryoneWeight));
        Within(options.MaxDepartedLedgers, 0, 1 << 20, nameof(options.MaxDepartedLedgers));
        Peers(options.AllowPeers, nameof(options.AllowPeers));
        Peers(options.DenyPeers, nameof(options.DenyPeers));
        return faults;

        void Within(long value, long least, long most, string setting) =>
            Check(value >= least && value <= most, setting, value, string.Create(CultureInfo.InvariantCulture, $"{least:N0} to {most:N0}"));

        void Peers(IList<string> peers, string setting)
        {
            for (var i = 0; i < peers.Count; i++)
                Check(PeerId.TryParse(peers[i], out _), $"{setting}:{i}", peers[i], "a peer id");
        }

        void Check(bool isValid, string setting, object value, string range)
        {
            if (!isValid)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{BitswapOptions.SectionName}:Server:{setting} is '{value}'; it must be {range}."));
        }
    }
}
