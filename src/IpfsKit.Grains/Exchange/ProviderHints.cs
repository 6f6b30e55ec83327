namespace IpfsKit.Grains.Exchange;

/// <summary>How much content grains remember of those who delivered their roots.</summary>
internal static class ProviderHints
{
    /// <summary>The most peers of a root; the latest are remembered.</summary>
    public const int MaxProviders = 8;

    /// <summary>The most addresses of a peer.</summary>
    public const int MaxAddresses = 4;
}
