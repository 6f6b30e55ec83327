using IpfsKit.Storage.Catalog;
using IpfsKit.Storage.Sqlite;
using IpfsKit.TestKit;
using static IpfsKit.Storage.Tests.Catalog.CatalogSamples;

namespace IpfsKit.Storage.Tests.Catalog;

public sealed class CatalogIdsTests
{
    [Fact]
    public void Writer_OpenedAnewAfterAnError_GivesNoIdTwice()
    {
        using var directory = new TemporaryDirectory();
        var file = new SqliteFile(directory.Combine("catalog.db"), "catalog", CatalogSchema.Schema, TimeSpan.FromSeconds(5), new CatalogFaults());
        var ids = new CatalogIds();
        foreach (var expected in new[] { 2, 3 })
        {
            using var writer = new CatalogWriter(SqliteSession.OpenWriter(file), 8, ids, _ => { }, _ => { });
            writer.Session.Begin();
            writer.Upsert(Root(1) with { Pin = Pin(1) });
            Assert.True(writer.Session.TryRollback());
            Assert.Equal((expected, expected), (ids.NextRoot, ids.NextPin));
        }
    }
}
