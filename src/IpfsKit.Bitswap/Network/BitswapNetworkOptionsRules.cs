using System.Globalization;

namespace IpfsKit.Bitswap.Network;

/// <summary>What <see cref="BitswapNetworkOptions"/> may be.</summary>
internal static class BitswapNetworkOptionsRules
{
    /// <summary>All faults, each with the setting and the value seen; the setting begins with the section.</summary>
    public static IEnumerable<string> Faults(BitswapNetworkOptions options)
    {
        var second = TimeSpan.FromSeconds(1);
        List<string> faults = [];
        Within(options.OutboundIdleTimeout, second, 3600 * second, nameof(options.OutboundIdleTimeout));
        Within(options.InboundIdleTimeout, 10 * second, 3600 * second, nameof(options.InboundIdleTimeout));
        Within(options.MaxInboundStreamsPerPeer, 16, 1024, nameof(options.MaxInboundStreamsPerPeer));
        Within(options.IdentifyTimeout, 0.1 * second, 60 * second, nameof(options.IdentifyTimeout));
        return faults;

        void Within<T>(T value, T least, T most, string setting)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{BitswapOptions.SectionName}:Network:{setting} is '{value}'; it must be {least} to {most}."));
        }
    }
}
