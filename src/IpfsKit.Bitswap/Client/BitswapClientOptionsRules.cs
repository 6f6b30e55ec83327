using System.Globalization;

namespace IpfsKit.Bitswap.Client;

/// <summary>What <see cref="BitswapClientOptions"/> may be.</summary>
internal static class BitswapClientOptionsRules
{
    /// <summary>All faults, each with the setting and the value seen; the setting begins with the section.</summary>
    public static IEnumerable<string> Faults(BitswapClientOptions options)
    {
        var second = TimeSpan.FromSeconds(1);
        List<string> faults = [];
        Within(options.MaxSessions, 1, int.MaxValue, nameof(options.MaxSessions));
        Within(options.MaxWantsPerSession, 1, int.MaxValue, nameof(options.MaxWantsPerSession));
        Within(options.MaxPeersPerSession, 1, 1024, nameof(options.MaxPeersPerSession));
        Within(options.MaxWantsPerPeer, 16, 65_536, nameof(options.MaxWantsPerPeer));
        Within(options.InitialWindow, 2, options.MaxWindow, nameof(options.InitialWindow));
        Within(options.MaxWindow, 2, options.MaxWantsPerPeer, nameof(options.MaxWindow));
        Within(options.MaxWindowBytes, 1 << 20, long.MaxValue, nameof(options.MaxWindowBytes));
        Within(options.MaxFanOut, 0, 1024, nameof(options.MaxFanOut));
        Within(options.MaxBroadcastPeers, 0, 4096, nameof(options.MaxBroadcastPeers));
        Within(options.MaxBroadcastStrangers, 0, 4096, nameof(options.MaxBroadcastStrangers));
        Within(options.StrangerDelay, TimeSpan.Zero, 60 * second, nameof(options.StrangerDelay));
        Within(options.RebroadcastInterval, second, 60 * second, nameof(options.RebroadcastInterval));
        Within(options.MaxProviders, 1, 1024, nameof(options.MaxProviders));
        Within(options.MaxConcurrentConnects, 1, 256, nameof(options.MaxConcurrentConnects));
        Within(options.MaxUnstoredBytes, 4 << 20, long.MaxValue, nameof(options.MaxUnstoredBytes));
        Within(options.Verifiers, 0, 1024, nameof(options.Verifiers));
        Within(options.MissesBeforeLeaving, 1, 1024, nameof(options.MissesBeforeLeaving));
        return faults;

        void Within<T>(T value, T least, T most, string setting)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{BitswapOptions.SectionName}:Client:{setting} is '{value}'; it must be {least} to {most}."));
        }
    }
}
