namespace IpfsKit.Bitswap;

/// <summary>A bound of fetching was reached.</summary>
/// <param name="limit">Which: the name of an option of <see cref="BitswapClientOptions"/> or <see cref="BitswapSessionOptions"/>.</param>
/// <param name="value">Its value.</param>
public sealed class FetchLimitException(string limit, long value) : Exception($"The limit {limit} of {value} was reached.")
{
    /// <summary>Which bound.</summary>
    public string Limit { get; } = limit;

    /// <summary>Its value.</summary>
    public long Value { get; } = value;
}
