using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Listing;

/// <summary>Merges listings that each come in the order of a key, each key once, holding one item of each.</summary>
/// <remarks>
/// The key is the CIDv1, and its order that of its bytes, in which catalogs list. That is not the order of its text: the digits of base32 come after the
/// letters in value and before them in ASCII.
/// </remarks>
internal static class SortedMerge
{
    public static async IAsyncEnumerable<T> MergeAsync<T>(
        IReadOnlyList<IAsyncEnumerable<T>> listings, Func<T, Cid> keyOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var heads = new List<(IAsyncEnumerator<T> Listing, Cid Key)>(listings.Count);
        var open = new List<IAsyncEnumerator<T>>(listings.Count);
        try
        {
            foreach (var listing in listings)
            {
                var enumerator = listing.GetAsyncEnumerator(cancellationToken);
                open.Add(enumerator);
                if (await enumerator.MoveNextAsync().ConfigureAwait(false))
                    heads.Add((enumerator, keyOf(enumerator.Current).ToV1()));
            }

            while (heads.Count > 0)
            {
                var least = heads.MinBy(head => head.Key);
                yield return least.Listing.Current;
                for (var i = heads.Count - 1; i >= 0; i--)
                {
                    if (heads[i].Key != least.Key)
                        continue;
                    if (await heads[i].Listing.MoveNextAsync().ConfigureAwait(false))
                        heads[i] = (heads[i].Listing, keyOf(heads[i].Listing.Current).ToV1());
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
