using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Listing;

/// <summary>Listings in no order as one, each CID once as long as memory lasts.</summary>
internal static class DistinctConcat
{
    /// <summary>How many CIDs are remembered, some 40 MiB of them.</summary>
    public const int DefaultRemembered = 1 << 18;

    /// <summary>One listing after the other.</summary>
    /// <param name="listings">The listings.</param>
    /// <param name="keyOf">The CID of an item; both versions of one are the same.</param>
    /// <param name="remembered">How many CIDs are remembered; what several listings have beyond them comes again.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public static async IAsyncEnumerable<T> ConcatAsync<T>(
        IReadOnlyList<IAsyncEnumerable<T>> listings, Func<T, Cid> keyOf, int remembered, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // With one listing there is nobody to repeat what it says.
        var seen = listings.Count > 1 ? new HashSet<Cid>() : null;
        foreach (var listing in listings)
        {
            await foreach (var item in listing.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (seen is null || (seen.Count < remembered ? seen.Add(keyOf(item).ToV1()) : !seen.Contains(keyOf(item).ToV1())))
                    yield return item;
            }
        }
    }
}
