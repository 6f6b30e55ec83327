using System.Buffers.Binary;
using System.Security.Cryptography;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;

namespace IpfsKit.Storage.Tests.Catalog;

internal static class CatalogSamples
{
    public static readonly DateTimeOffset Day = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The CID of a root that follows from a number; even ones are of version 0 where they are given.</summary>
    public static Cid Cid(int number)
    {
        Span<byte> seed = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(seed, number);
        var hash = new Multihash(Multicodec.Sha2_256, SHA256.HashData(seed));
        return number % 2 == 0 ? Multiformats.Cid.CreateV0(hash) : Multiformats.Cid.CreateV1(Multicodec.Raw, hash);
    }

    public static CatalogRoot Root(int number, bool wholeDag = true) => new()
    {
        Root = Cid(number),
        SizeBytes = 100 + number,
        DagBytes = 200 + number,
        Blocks = 1 + number,
        WholeDag = wholeDag,
        HeldSince = Day,
    };

    public static CatalogPin Pin(int number, CatalogPinMode mode = CatalogPinMode.Recursive, string? name = null) =>
        new() { Cid = Cid(number).ToV1(), Mode = mode, Name = name, PinnedAt = Day };

    /// <summary>Adds a root and commits it in its first life.</summary>
    public static async Task AddCommittedAsync(this SiloCatalog catalog, int number, CatalogPin? pin = null)
    {
        var added = catalog.UpsertRootAsync(Root(number), Token);
        Assert.True(await catalog.CommitRootAsync(Cid(number), 1, 1, Day, pin, Token));
        await added;
    }

    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> source)
    {
        var list = new List<T>();
        await foreach (var item in source.WithCancellation(Token))
            list.Add(item);
        return list;
    }

    /// <summary>The order of listings.</summary>
    public static int CompareKeys(Cid left, Cid right) => left.ToV1().ToBytes().AsSpan().SequenceCompareTo(right.ToV1().ToBytes());
}
