using CsCheck;
using IpfsKit.Storage.Sqlite;
using IpfsKit.TestKit;

namespace IpfsKit.Storage.Tests.Sqlite;

public sealed class DeferredIndexTests
{
    [Fact]
    public void Group_UnderWay_IsSeenByTheWriterAlone()
    {
        var index = new DeferredIndex<int>(10);
        index.Set(1, 11);
        Assert.Equal((11, 0), (index.FindInGroup(1), index.Find(1)));
        index.Commit();
        Assert.Equal((11, 11), (index.FindInGroup(1), index.Find(1)));
        Assert.True(index.Remove(1, 11));
        Assert.Equal((0, 11), (index.FindInGroup(1), index.Find(1)));
        index.Forget();
        Assert.Equal((11, 11), (index.FindInGroup(1), index.Find(1)));
    }

    [Fact]
    public void Remove_EntryOfAnotherRow_IsRefused()
    {
        var index = new DeferredIndex<int>(10);
        index.Set(1, 11);
        Assert.False(index.Remove(1, 12));
        Assert.False(index.Remove(2, 12));
    }

    [Fact]
    public void TakeAll_ThenCommit_EmptiesIt()
    {
        var index = new DeferredIndex<int>(3);
        index.Set(1, 11);
        index.Set(2, 12);
        index.Commit();
        Assert.False(index.IsDue);
        index.Set(3, 13);
        index.Remove(2, 12);
        Assert.True(index.IsDue);
        Assert.Equal([new(1, 11), new(3, 13)], index.TakeAll().OrderBy(entry => entry.Key));
        Assert.Equal((0, 11), (index.FindInGroup(1), index.Find(1)));
        index.Commit();
        Assert.Equal((0, 0), (index.Count, index.Find(1)));
    }

    [Fact]
    public void TakeAll_ThenForget_KeepsWhatWasCommitted()
    {
        var index = new DeferredIndex<int>(3);
        index.Set(1, 11);
        index.Commit();
        index.Set(2, 12);
        index.TakeAll();
        index.Forget();
        Assert.Equal((11, 0, 1), (index.FindInGroup(1), index.FindInGroup(2), index.Count));
    }

    /// <summary>Entries here and in a table, together, are always those of the rows there are.</summary>
    [Fact]
    public void AnyGroups_AgainstRows_AgreeWithThem() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 9], Gen.Int[0, 9]).Array[1, 80].Sample(
            steps =>
            {
                var index = new DeferredIndex<int>(4);
                var (table, tableInGroup) = (new Dictionary<int, long>(), new Dictionary<int, long>());
                var (rows, rowsInGroup) = (new Dictionary<int, long>(), new Dictionary<int, long>());
                var nextId = 1L;
                foreach (var (kind, key, end) in steps)
                {
                    if (kind < 4 && !rowsInGroup.ContainsKey(key))
                    {
                        rowsInGroup[key] = nextId;
                        index.Set(key, nextId++);
                    }
                    else if (kind >= 4 && rowsInGroup.Remove(key, out var id) && !index.Remove(key, id))
                    {
                        Assert.True(tableInGroup.Remove(key));
                    }

                    foreach (var probe in Enumerable.Range(0, 10))
                        Assert.Equal(rowsInGroup.GetValueOrDefault(probe), index.FindInGroup(probe) is var id and not 0 ? id : tableInGroup.GetValueOrDefault(probe));
                    if (end > 3)
                        continue;
                    if (index.IsDue)
                    {
                        foreach (var (entry, id) in index.TakeAll())
                            tableInGroup.Add(entry, id);
                    }

                    if (end == 0)
                    {
                        index.Forget();
                        (tableInGroup, rowsInGroup) = (new(table), new(rows));
                    }
                    else
                    {
                        index.Commit();
                        (table, rows) = (new(tableInGroup), new(rowsInGroup));
                    }
                }
            },
            iter: Soak.Count(2000, 100_000));
}
