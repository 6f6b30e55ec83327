using System.Runtime.CompilerServices;

namespace IpfsKit.Grains.Catalog;

/// <summary>Listings over <see cref="IRootCatalog"/>.</summary>
internal static class RootCatalogExtensions
{
    private const int PageRoots = 256;

    /// <summary>All roots that pass, page by page: a listing of any length holds one page, and neither blocks changes nor is blocked by them.</summary>
    public static async IAsyncEnumerable<CatalogRoot> EnumerateAsync(
        this IRootCatalog catalog, CatalogFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Multiformats.Cid? after = null;
        while (true)
        {
            var page = await catalog.ListAsync(filter, after, PageRoots, cancellationToken);
            foreach (var root in page)
                yield return root;
            if (page.Count < PageRoots)
                yield break;
            after = page[^1].Root;
        }
    }
}
