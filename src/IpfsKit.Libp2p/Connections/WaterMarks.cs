using IpfsKit.Libp2p.Hosting;

namespace IpfsKit.Libp2p.Connections;

/// <summary>How many connections are kept.</summary>
/// <param name="Low">What trimming leaves.</param>
/// <param name="High">Beyond what it begins.</param>
/// <param name="Grace">How old a connection must be.</param>
internal readonly record struct WaterMarks(int Low, int High, TimeSpan Grace)
{
    /// <summary>Those of a role, where nothing else is set.</summary>
    public static WaterMarks Of(Libp2pRole role, ConnectionManagerOptions options)
    {
        var (low, high, grace) = role switch
        {
            Libp2pRole.Master => (100, 400, 30),
            Libp2pRole.Leecher => (20, 100, 10),
            _ => (50, 200, 20),
        };
        high = options.HighWater ?? Math.Max(high, options.LowWater ?? 0);
        return new(options.LowWater ?? Math.Min(low, high), high, options.GracePeriod ?? TimeSpan.FromSeconds(grace));
    }
}
