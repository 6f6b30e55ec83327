using System.Runtime.CompilerServices;

namespace IpfsKit.Client.Listing;

/// <summary>Merges listings that each come in the order of a key, each key once, holding one item of each.</summary>
internal static class SortedMerge
{
    public static async IAsyncEnumerable<T> MergeAsync<T>(
        IReadOnlyList<IAsyncEnumerable<T>> listings, Func<T, string> keyOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var heads = new List<(IAsyncEnumerator<T> Listing, string Key)>(listings.Count);
        var open = new List<IAsyncEnumerator<T>>(listings.Count);
        try
        {
            foreach (var listing in listings)
            {
                var enumerator = listing.GetAsyncEnumerator(cancellationToken);
                open.Add(enumerator);
                if (await enumerator.MoveNextAsync().ConfigureAwait(false))
                    heads.Add((enumerator, keyOf(enumerator.Current)));
            }

            while (heads.Count > 0)
            {
                var least = heads.MinBy(head => head.Key, StringComparer.Ordinal);
                yield return least.Listing.Current;
                for (var i = heads.Count - 1; i >= 0; i--)
                {
                    if (heads[i].Key != least.Key)
                        continue;
                    if (await heads[i].Listing.MoveNextAsync().ConfigureAwait(false))
                        heads[i] = (heads[i].Listing, keyOf(heads[i].Listing.Current));
                    else
                        heads.RemoveAt(i);
                }
            }
        }
        finally
        {
            foreach (var enumerator in open)
                await enumerator.DisposeAsync().ConfigureAwait(false);
        }
    }
}
